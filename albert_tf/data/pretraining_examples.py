"""Documents -> the examples that a model is pre-trained on."""

from __future__ import annotations

import collections
import dataclasses
import itertools

import numpy as np

from albert_tf.data.cleaning import CleaningOptions, clean_document
from albert_tf.data.segments import Pair, SegmentCutter, SegmentOptions
from albert_tf.data.sentences import split_sentences
from albert_tf.data.words import ChineseWords, find_word_starts
from albert_tf.tokenizers import Tokenizer


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

    Attributes:
        report: counts of all that went in, came out and was dropped.
        unknown: a few pieces of text that the vocabulary does not know.
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
        self._begins_word = find_word_starts(tokenizer)
        self._chinese = ChineseWords(tokenizer) if chinese_words else None
        self.report = collections.Counter()
        self.unknown = []

    def __call__(
        self, documents: list[list[str]], rng: np.random.Generator
    ) -> PretrainingExamples:
        """Makes the examples of a few documents.

        Args:
            documents: lines of each.
            rng: where all choices are drawn from.

        Returns:
            The examples, none if there is too little text.
        """
        tokens, begins, lengths = self._tokenize(self._sentences(documents))
        cutter = SegmentCutter(self._segments, lengths, rng)
        pairs = cutter.cut()
        self.report.update(cutter.dropped)
        examples = self._assemble(tokens, begins, pairs)
        self.report["examples"] += len(examples)
        self.report["positions"] += examples.token_ids.size
        self.report["padding"] += int(
            (examples.token_ids == self._tokenizer.pad_id).sum()
        )
        return examples

    def _sentences(self, documents):
        """The sentences of each document."""
        found = []
        for lines in documents:
            lines, dropped = clean_document(lines, self._cleaning)
            self.report.update(dropped)
            if self._language is not None:
                lines = [
                    sentence
                    for line in lines
                    for sentence in split_sentences(line, self._language)
                ]
            found.append(lines)
        self.report["documents"] += len(documents)
        return found

    def _tokenize(self, documents):
        """All tokens, where words begin, and the lengths of the sentences."""
        sentences = [*itertools.chain.from_iterable(documents)]
        ids = self._tokenizer.to_ids(sentences)
        tokens = np.fromiter(itertools.chain.from_iterable(ids), np.int32)
        begins = self._begins_word[tokens]
        if self._chinese is not None:
            begins &= self._chinese.find_starts(sentences)
        self.report["sentences"] += len(sentences)
        self.report["tokens"] += len(tokens)
        self._count_unknown(sentences, tokens)
        remaining = map(len, ids)
        limit = self._segments.room // 2
        lengths = []
        for document in documents:
            sizes = [*itertools.islice(remaining, len(document))]
            self.report["long sentences cut"] += sum(n > limit for n in sizes)
            lengths.append(
                [part for size in sizes for part in _cut_evenly(size, limit)]
            )
        return tokens, begins, [sizes for sizes in lengths if sizes]

    def _count_unknown(self, sentences, tokens):
        unknown = int((tokens == self._tokenizer.unk_id).sum())
        self.report["unknown"] += unknown
        if unknown > 0.05 * len(tokens) and not self.unknown:
            self.unknown = sentences[:3]

    def _assemble(self, tokens, begins, pairs: list[Pair]):
        tokenizer = self._tokenizer
        rows = self._lay_out(tokens, pairs, tokenizer.pad_id)
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
            word_starts=self._lay_out(begins, pairs, False),
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


def _cut_evenly(size: int, limit: int) -> list[int]:
    """Parts of a sentence that is longer than half an example."""
    if 0 < size <= limit:
        return [size]
    parts = -(-size // limit)
    return [
        (size * k + size) // parts - size * k // parts for k in range(parts)
    ]
