"""Documents -> the examples that a model is pre-trained on."""

from __future__ import annotations

import collections
import dataclasses
import itertools

import numpy as np

from albert_tf.data.cleaning import CleaningOptions
from albert_tf.data.document_sentences import find_sentences
from albert_tf.data.segments import Pair, SegmentCutter, SegmentOptions
from albert_tf.data.word_cache import WordCache
from albert_tf.data.words import ChineseWords, find_word_starts
from albert_tf.tokenizers import Tokenizer

# A vocabulary that does not know a greater share of the tokens is a wrong one.
UNKNOWN_LIMIT = 0.05


@dataclasses.dataclass(frozen=True)
class PretrainingExamples:
    """n examples, not masked yet.

    Attributes:
        token_ids: int32 [n, L], `[CLS] first [SEP] second [SEP]` and padding,
            or `[CLS] first [SEP]`.
        word_starts: bool [n, L], where words begin.
        first_lengths: int32 [n], tokens up to the first `[SEP]`, included.
        labels: int32 [n], of `Pair`.
    """

    token_ids: np.ndarray
    word_starts: np.ndarray
    first_lengths: np.ndarray
    labels: np.ndarray

    def __len__(self):
        return len(self.labels)

    @property
    def length(self) -> int:
        """L."""
        return self.token_ids.shape[1]


@dataclasses.dataclass(frozen=True)
class TokenizedText:
    """Documents that examples can be cut from.

    Attributes:
        tokens: int32 [number of tokens], of all documents.
        begins_word: bool, where words begin among them.
        lengths: for each document the lengths of its sentences in tokens; a
            long sentence counts as several.
        counts: of documents, sentences, tokens, and what was cleaned.
        unknown: a few sentences with unknown pieces, if these are too many.
    """

    tokens: np.ndarray
    begins_word: np.ndarray
    lengths: list[list[int]]
    counts: collections.Counter
    unknown: list[str]


class ExampleMaker:
    """Cleans documents, splits them into sentences, and cuts examples.

    Args:
        tokenizer: makes the token ids.
        segments: how examples are cut.
        cleaning: what is cleaned.
        language: of the rules for the ends of sentences, such as "en"; None
            where every line is a sentence.
        chinese_words: find words of several ideographs, with jieba; else each
            ideograph is a word.

    Example:

    ```python
    text = maker.tokenize([["One day it rained.", "The next it did not."]])
    examples, counts = maker.cut(text, np.random.default_rng(0))
    ```
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        segments: SegmentOptions,
        cleaning: CleaningOptions,
        language: str | None = "en",
        chinese_words: bool = False,
    ):
        self._tokenizer = tokenizer
        self._segments = segments
        self._cleaning = cleaning
        self._language = language
        self._to_tokens = WordCache(tokenizer)
        self._begins_word = find_word_starts(tokenizer)
        self._chinese = ChineseWords(tokenizer) if chinese_words else None

    def tokenize(self, documents: list[list[str]]) -> TokenizedText:
        """Does what is the same whichever examples are cut.

        Args:
            documents: lines of each.
        """
        counts = collections.Counter(documents=len(documents))
        found = [
            find_sentences(lines, self._cleaning, self._language)
            for lines in documents
        ]
        documents = [sentences for sentences, _ in found]
        for _, dropped in found:
            counts.update(dropped)
        sentences = [*itertools.chain.from_iterable(documents)]
        tokens, sizes = self._to_tokens(sentences)
        begins_word = self._begins_word[tokens]
        if self._chinese is not None:
            begins_word &= self._chinese.find_starts(sentences)
        places = np.flatnonzero(tokens == self._tokenizer.unk_id)
        counts["sentences"] = len(sentences)
        counts["tokens"] = len(tokens)
        counts["unknown"] = len(places)
        unknown = []
        if len(places) > UNKNOWN_LIMIT * len(tokens):
            numbers = np.searchsorted(np.cumsum(sizes), places, "right")
            unknown = [sentences[k] for k in np.unique(numbers)[:3]]
        lengths = self._lengths(documents, sizes, begins_word, counts)
        return TokenizedText(tokens, begins_word, lengths, counts, unknown)

    def cut(
        self, text: TokenizedText, rng: np.random.Generator
    ) -> tuple[PretrainingExamples, collections.Counter]:
        """Cuts the examples of a text, each time others.

        Args:
            text: of `tokenize`.
            rng: where all choices are drawn from.

        Returns:
            The examples, none if there is too little text, and the counts of
            what came out and of what was left out.
        """
        cutter = SegmentCutter(self._segments, text.lengths, rng)
        examples = self._assemble(text, cutter.cut())
        is_padding = examples.token_ids == self._tokenizer.pad_id
        counts = collections.Counter(
            cutter.dropped,
            examples=len(examples),
            positions=examples.token_ids.size,
            padding=int(is_padding.sum()),
        )
        return examples, counts

    def _lengths(self, documents, sizes, begins_word, counts):
        """The lengths of the sentences, long ones in parts, by document."""
        limit = self._segments.room // 2
        sizes = iter(sizes.tolist())
        start = 0
        lengths = []
        for document in documents:
            parts = []
            for size in itertools.islice(sizes, len(document)):
                if size > limit:
                    begins = begins_word[start : start + size]
                    parts += _cut_evenly(begins, limit)
                    counts["long sentences cut"] += 1
                elif size:
                    parts.append(size)
                start += size
            if parts:
                lengths.append(parts)
        return lengths

    def _assemble(self, text, pairs: list[Pair]) -> PretrainingExamples:
        tokenizer = self._tokenizer
        rows = self._lay_out(text.tokens, pairs, tokenizer.pad_id)
        first_lengths = np.array(
            [pair.first[1] - pair.first[0] + 2 for pair in pairs], np.int32
        )
        lengths = first_lengths + np.array(
            [_second_length(pair) for pair in pairs], np.int32
        )
        rows[:, 0] = tokenizer.cls_id
        number = np.arange(len(rows))
        rows[number, first_lengths - 1] = tokenizer.sep_id
        rows[number, lengths - 1] = tokenizer.sep_id
        return PretrainingExamples(
            token_ids=rows,
            word_starts=self._lay_out(text.begins_word, pairs, False),
            first_lengths=first_lengths,
            labels=np.array([pair.label for pair in pairs], np.int32),
        )

    def _lay_out(self, values, pairs, filler):
        """Puts the values of both segments where their tokens go."""
        shape = (len(pairs), self._segments.length)
        rows = np.full(shape, filler, values.dtype)
        for row, pair in zip(rows, pairs, strict=True):
            (begin, end), (begin_2, end_2) = pair.first, pair.second
            stop = end - begin + 1
            row[1:stop] = values[begin:end]
            row[stop + 1 : stop + 1 + end_2 - begin_2] = values[begin_2:end_2]
        return rows


def _second_length(pair: Pair) -> int:
    """Tokens of the second segment and its `[SEP]`, 0 if there is none."""
    size = pair.second[1] - pair.second[0]
    return size + 1 if size else 0


def _cut_evenly(begins_word: np.ndarray, limit: int) -> list[int]:
    """Lengths of the parts of a sentence that is longer than `limit`.

    It is cut before words, except within one that is as long as a part.
    """
    size = len(begins_word)
    parts = -(-size // limit)
    ends = [0]
    for k in range(1, parts):
        even = size * k // parts
        starts = np.flatnonzero(begins_word[ends[-1] + 1 : even + 1])
        ends.append(ends[-1] + 1 + int(starts[-1]) if len(starts) else even)
    return np.diff([*ends, size]).tolist()
