"""Text as two vocabularies read it, word beside word."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Iterable, Sequence

import numpy as np

from albert_tf.errors import UserError
from albert_tf.tokenizers import Tokenizer

_SHORTEST = 8  # tokens that a passage is meant to have at least
_LONGEST_WORD = 3  # tokens of a word that takes the place of others
_MOST_UNKNOWN = 0.2  # of all tokens, in a language that the model knows


class AlignedText:
    """Passages of text in the tokens of a teacher and of a student.

    What both see as a whole is a unit: a token where both make the same
    pieces of a word, else the word. A passage is a run of sentences of one
    document; how long they are meant to be is drawn between 8 tokens and the
    longest, as often from 8 to 16 as from 16 to 32 and so on.

    Args:
        documents: lists of sentences; are gone through once.
        teacher: the teacher's tokenizer.
        student: the student's.
        length: L, tokens of the longest passage, special ones included.
        seed: of the passages' lengths, and of what is replaced.
        replaced_share: how many words of a passage give way to others, on
            average; it is drawn for each passage between 0 and twice that.
            Each word of the text is as likely to come instead, so that rare
            words are seen as often as frequent ones (after TinyBERT, Jiao et
            al., 2020, section 4.2).

    Attributes:
        is_same: whether the two make the same tokens.
        same_share: of the words, of which both make the same pieces.
        lengths: int64 [n], the student's tokens of each passage.

    Raises:
        UserError: a tokenizer has pieces of several words, or there is no
            text, or it is in another language.
    """

    def __init__(
        self,
        documents: Iterable[list[str]],
        teacher: Tokenizer,
        student: Tokenizer,
        length: int,
        seed: int,
        replaced_share: float = 0.0,
    ):
        self._length, self._seed = length, seed
        self._replaced_share = replaced_share
        tokenizers = {"teacher": teacher, "student": student}
        for side, tokenizer in tokenizers.items():
            _check_words(tokenizer, side)
        self.is_same = not teacher.differences(student)
        words, self._text, documents = _read(documents)
        if self.is_same:
            del tokenizers["student"]  # it would be the same once more
        ids = [one.to_ids(words) for one in tokenizers.values()]
        for (side, tokenizer), rows in zip(
            tokenizers.items(), ids, strict=True
        ):
            self._check_known(rows, tokenizer.unk_id, side)
        self.same_share = 1.0
        if not self.is_same:
            self._align(*ids, _numbers_of_teacher(teacher, student))
        self._special = [(t.cls_id, t.sep_id) for t in tokenizers.values()]
        self._ids = [*map(_Table, ids)]
        self._others = np.flatnonzero(self._ids[-1].sizes <= _LONGEST_WORD)
        counts = [table.sizes[self._text] for table in self._ids]
        ends = [np.cumsum(np.append(0, side)) for side in counts]
        rng = np.random.default_rng(seed)
        self._passages = np.array(
            [
                passage
                for sentences in documents
                for passage in _passages(sentences, ends, length, rng)
            ],
            np.int64,
        ).reshape(-1, 2)
        if not len(self._passages):
            raise UserError(f"the text has no words of up to {length} tokens")
        first, last = self._passages.T
        self.lengths = ends[-1][last] - ends[-1][first] + 2

    def _align(self, teacher, student, numbers: list[int]) -> None:
        """Finds the units of all words, of which each has its tokens."""
        is_same = np.array(
            [
                [numbers[i] for i in ours] == theirs
                for theirs, ours in zip(teacher, student, strict=True)
            ]
        )
        units = _units(teacher, student, is_same)
        self.same_share = float(is_same[self._text].mean())
        self._units = [*map(_Table, units)]
        self._num_units = np.array(
            [max(row, default=-1) + 1 for row in units[0]]
        )

    def _check_known(self, ids: list[list[int]], unknown: int, side: str):
        counts = np.array([(row.count(unknown), len(row)) for row in ids])
        missed, tokens = counts[self._text].sum(0)
        if missed > _MOST_UNKNOWN * tokens:
            raise UserError(
                f"the text is in a language or script that the {side}'s "
                f"vocabulary does not know: {missed / tokens:.0%} of its "
                "tokens are unknown"
            )

    def __len__(self):
        return len(self._passages)

    def features(self, passages: Sequence[int]) -> dict[str, np.ndarray]:
        """The inputs of both models.

        Args:
            passages: B numbers; -1 for an empty one.

        Returns:
            `teacher` and `student`, int32 [B, L], padded with -1, each; and
            where the vocabularies differ `teacher_units` and `student_units`,
            the unit of each token, -1 for none.
        """
        words = [self._words(number) for number in passages]
        sides = ("student",) if self.is_same else ("teacher", "student")
        columns = {}
        for side, special, table in zip(
            sides, self._special, self._ids, strict=True
        ):
            columns[side] = [
                _with_special(table, row, special) for row in words
            ]
        if not self.is_same:
            for side, table in zip(sides, self._units, strict=True):
                columns[f"{side}_units"] = [
                    self._units_of(table, row) for row in words
                ]
        return {name: _pad(column) for name, column in columns.items()}

    def _words(self, passage: int) -> np.ndarray:
        """The numbers of its words; none for the empty passage."""
        if passage < 0:
            return self._text[:0]
        words = self._text[slice(*self._passages[passage])]
        if not self._replaced_share or not len(self._others):
            return words
        rng = np.random.default_rng([self._seed, passage])
        share = 2 * self._replaced_share * rng.random()
        is_replaced = rng.random(len(words)) < share
        others = self._others[rng.integers(len(self._others), size=len(words))]
        return self._cut(np.where(is_replaced, others, words))

    def _cut(self, words: np.ndarray) -> np.ndarray:
        """As many of the words as fit, as others may have more tokens."""
        fit = min(
            np.searchsorted(
                np.cumsum(table.sizes[words]), self._length - 2, "right"
            )
            for table in self._ids
        )
        return words[:fit]

    def _units_of(self, table: _Table, words: np.ndarray) -> np.ndarray:
        """The unit of each token of a passage, -1 for none."""
        if not len(words):
            return words
        counts = self._num_units[words]
        before = np.cumsum(counts) - counts + 1  # [CLS] is the first unit
        inside = table.take(words)
        starts = np.repeat(before, table.sizes[words])
        inside = np.where(inside < 0, -1, inside + starts)
        return np.concatenate([[0], inside, [counts.sum() + 1]])


class _Table:
    """Rows of integers of any length, in one array."""

    def __init__(self, rows: Sequence[Sequence[int]]):
        self.sizes = np.fromiter(map(len, rows), np.int64, len(rows))
        self._starts = np.cumsum(self.sizes) - self.sizes
        values = itertools.chain.from_iterable(rows)
        self._values = np.fromiter(values, np.int32, self.sizes.sum())

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Those rows, laid end to end."""
        sizes = self.sizes[rows]
        shifts = self._starts[rows] - (np.cumsum(sizes) - sizes)
        return self._values[np.arange(sizes.sum()) + np.repeat(shifts, sizes)]


def _with_special(table: _Table, words: np.ndarray, special) -> np.ndarray:
    """The ids of a passage between [CLS] and [SEP]."""
    cls_id, sep_id = special
    if not len(words):
        return words
    return np.concatenate([[cls_id], table.take(words), [sep_id]])


def _check_words(tokenizer: Tokenizer, side: str) -> None:
    if not tokenizer.words_are_apart:
        raise UserError(
            f"the {side}'s vocabulary has pieces of several words, or is a "
            "tokenizer.json that does not say; text is aligned word by word"
        )


def _read(documents: Iterable[list[str]]):
    """The distinct words; the number of each word; where sentences end."""
    numbers, text, found, end = {}, array("i"), [], 0
    for sentences in documents:
        ends = array("q", [end])
        for sentence in sentences:
            words = sentence.split()
            text.extend(numbers.setdefault(w, len(numbers)) for w in words)
            end += len(words)
            ends.append(end)
        found.append(ends)
    if not text:
        raise UserError("the text has no words")
    return [*numbers], np.frombuffer(text, np.int32), found


def _numbers_of_teacher(teacher: Tokenizer, student: Tokenizer) -> list[int]:
    """The teacher's id of each piece of the student's; -1 for none."""
    numbers = {piece: number for number, piece in enumerate(teacher.pieces)}
    return [numbers.get(piece, -1) for piece in student.pieces]


def _units(teacher: list[list[int]], student: list[list[int]], is_same):
    """The unit of each token of a word, counted from 0 in each word."""
    units = [], []
    for theirs, ours, same in zip(teacher, student, is_same, strict=True):
        if same:
            rows = [range(len(theirs))] * 2
        elif ours and theirs:
            rows = [0] * len(theirs), [0] * len(ours)
        else:  # only one of them sees anything
            rows = [-1] * len(theirs), [-1] * len(ours)
        for side, row in zip(units, rows, strict=True):
            side.append(row)
    return units


def _passages(sentences, ends, length: int, rng):
    """Cuts a document into runs of whole sentences, as first and end word.

    A sentence that is too long is cut between words.

    Args:
        sentences: where each sentence ends, the first number is the start.
        ends: for both models, how many tokens there are before each word.
        length: the most tokens, with two special ones.
        rng: for how long they are meant to be.
    """
    start, last = sentences[0], sentences[-1]
    number = 1
    while start < last:
        # No more than `length` tokens for either model.
        limit = min(
            int(np.searchsorted(end, end[start] + length - 2, "right")) - 1
            for end in ends
        )
        if limit == start:
            start += 1  # a single word is longer
            continue
        wanted = _SHORTEST * (length / _SHORTEST) ** rng.random() - 2
        while sentences[number] <= start:
            number += 1
        stop = sentences[number]
        while (
            stop < last
            and ends[-1][stop] - ends[-1][start] < wanted
            and sentences[number + 1] <= limit
        ):
            number += 1
            stop = sentences[number]
        stop = min(stop, limit)
        yield start, stop
        start = stop


def _pad(rows: Sequence[np.ndarray]) -> np.ndarray:
    padded = np.full((len(rows), max(map(len, rows))), -1, np.int32)
    for filled, row in zip(padded, rows, strict=True):
        filled[: len(row)] = row
    return padded
