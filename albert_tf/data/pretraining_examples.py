"""Documents -> the examples that a model is pre-trained on."""

from __future__ import annotations

import collections
import dataclasses
import itertools

import numpy as np

from albert_tf.data.cleaning import CleaningOptions, clean_document
from albert_tf.data.segments import Pair, SegmentCutter, SegmentOptions
from albert_tf.data.sentences import split_sentences
from albert_tf.data.words import find_word_starts
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
    ):
        self._tokenizer = tokenizer
        self._segments = segments
        self._cleaning = cleaning
        self._language = language
        self._begins_word = find_word_starts(tokenizer)
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
        tokens, lengths = self._tokenize(self._sentences(documents))
        cutter = SegmentCutter(self._segments, lengths, rng)
        pairs = cutter.cut()
        self.report.update(cutter.dropped)
        examples = self._assemble(tokens, pairs)
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
        """All tokens in one array, and the lengths of the sentences."""
        sentences = [*itertools.chain.from_iterable(documents)]
        ids = self._tokenizer.to_ids(sentences)
        tokens = np.fromiter(itertools.chain.from_iterable(ids), np.int32)
        self.report["sentences"] += len(sentences)
        self.report["tokens"] += len(tokens)
        self._count_unknown(sentences, tokens)
        remaining = map(len, ids)
        limit = self._segments.room // 2
        lengths = []
        for document in documents:
            sizes = itertools.islice(remaining, len(document))
            lengths.append(
                [part for size in sizes for part in _cut_evenly(size, limit)]
            )
        return tokens, [sizes for sizes in lengths if sizes]

    def _count_unknown(self, sentences, tokens):
        unknown = int((tokens == self._tokenizer.unk_id).sum())
        self.report["unknown"] += unknown
        if unknown > 0.05 * len(tokens) and not self.unknown:
            self.unknown = sentences[:3]

    def _assemble(self, tokens, pairs: list[Pair]):
        tokenizer, length = self._tokenizer, self._segments.length
        rows = np.full((len(pairs), length), tokenizer.pad_id, np.int32)
        rows[:, 0] = tokenizer.cls_id
        first_lengths = np.zeros(len(pairs), np.int32)
        for row, pair in zip(rows, pairs, strict=True):
            (begin, end), (begin_2, end_2) = pair.first, pair.second
            stop = end - begin + 1
            row[1:stop] = tokens[begin:end]
            row[stop] = tokenizer.sep_id
            if end_2 > begin_2:
                stop_2 = stop + 1 + end_2 - begin_2
                row[stop + 1 : stop_2] = tokens[begin_2:end_2]
                row[stop_2] = tokenizer.sep_id
        first_lengths[:] = [p.first[1] - p.first[0] + 2 for p in pairs]
        return PretrainingExamples(
            token_ids=rows,
            word_starts=self._begins_word[rows],
            first_lengths=first_lengths,
            labels=np.array([pair.label for pair in pairs], np.int32),
        )


def _cut_evenly(size: int, limit: int) -> list[int]:
    """Parts of a sentence that is longer than half an example."""
    if 0 < size <= limit:
        return [size]
    parts = -(-size // limit)
    return [
        (size * k + size) // parts - size * k // parts for k in range(parts)
    ]
