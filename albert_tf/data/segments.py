"""Sentences of documents -> pairs of segments (paper, section 3.1)."""

from __future__ import annotations

import collections
import dataclasses

import numpy as np

from albert_tf.data.segment_options import OBJECTIVES, SegmentOptions

__all__ = ["OBJECTIVES", "Pair", "SegmentCutter", "SegmentOptions"]


@dataclasses.dataclass(frozen=True)
class Pair:
    """The text of one example: spans of a stream of tokens.

    Attributes:
        first: begin and end of the first segment.
        second: begin and end of the second, equal where there is none.
        label: 0 for in order (or next), 1 for swapped (or from elsewhere).
    """

    first: tuple[int, int]
    second: tuple[int, int]
    label: int


class SegmentCutter:
    """Cuts the sentences of a few documents into examples.

    Sentences are collected until an example is full; it goes on with the next
    document where one ends, so that short ones do not leave padding. Two
    segments meet between two sentences of one document, so that their order
    means something; under "sop" nothing is ever taken from elsewhere. What is
    over the length is cut off the longer segment, from the front of the first
    or the end of the second: whole sentences meet in the middle. (The official
    `truncate_seq_pair` cuts on both sides, there too, and so takes away words
    that tell the order best.)

    Args:
        options: how examples are cut.
        documents: for each document the lengths of its sentences in tokens.
        rng: where all choices are drawn from.

    Attributes:
        dropped: how many tokens were left out, by reason.
    """

    def __init__(
        self,
        options: SegmentOptions,
        documents: list[list[int]],
        rng: np.random.Generator,
    ):
        self._options = options
        self._rng = rng
        # The sentences of all documents one after the other.
        lengths = [n for document in documents for n in document]
        self._ends = np.cumsum(lengths, dtype=np.int64).tolist()
        self._starts = [0, *self._ends[:-1]]
        sizes = [len(document) for document in documents]
        self._document = np.repeat(np.arange(len(sizes)), sizes).tolist()
        self._first_sentence = [0, *np.cumsum(sizes).tolist()]
        self.dropped = collections.Counter()

    def cut(self) -> list[Pair]:
        """All examples, in the order of the documents."""
        pairs = []
        sentence = 0
        while sentence < len(self._ends):
            target = self._draw_length()
            stop, splits = self._collect(sentence, target)
            if self._options.objective == "none":
                pairs.append(self._single(sentence, stop, target))
            elif not splits:
                tokens = self._ends[stop - 1] - self._starts[sentence]
                self.dropped["tokens of lone sentences"] += tokens
            else:
                sentence = self._pass_lone(sentence, stop, splits[0], target)
                split = splits[int(self._rng.random() * len(splits))]
                pair, stop = self._pair(sentence, split, stop, target)
                pairs.append(pair)
            sentence = stop
        return pairs

    def _draw_length(self) -> int:
        room = self._options.room
        if self._rng.random() >= self._options.short_share:
            return room
        return int(self._rng.integers(2, room + 1))

    def _collect(self, sentence, target):
        """Sentences for an example, until it is full and can be split.

        Returns:
            The sentence after the last, and the sentences that a second
            segment may begin with.
        """
        begin, splits = self._starts[sentence], []
        stop = sentence + 1
        need_split = self._options.objective != "none"
        while stop < len(self._ends) and (
            self._ends[stop - 1] - begin < target or (need_split and not splits)
        ):
            if self._document[stop] == self._document[stop - 1]:
                splits.append(stop)
            stop += 1
        return stop, splits

    def _pass_lone(self, sentence, stop, split, target):
        """The first sentence that is needed to fill the example.

        Many documents of one sentence may come before the first place to
        split; cut off at random they would part the segments.
        """
        begin = self._starts[sentence]
        while sentence + 1 < split and (
            self._ends[stop - 1] - self._starts[sentence + 1] >= target
        ):
            sentence += 1
        lone = self._starts[sentence] - begin
        if lone:
            self.dropped["tokens of lone sentences"] += lone
        return sentence

    def _single(self, sentence, stop, target):
        begin, end = self._starts[sentence], self._ends[stop - 1]
        over = max(end - begin - target, 0)
        if over:
            self.dropped["tokens over the length"] += over
        return Pair((begin, end - over), (0, 0), 0)

    def _pair(self, sentence, split, stop, target):
        first = (self._starts[sentence], self._ends[split - 1])
        second = (self._starts[split], self._ends[stop - 1])
        label = int(self._rng.random() < 0.5)
        if self._options.objective == "nsp":
            if label:
                size = max(target - (first[1] - first[0]), 1)
                elsewhere = self._elsewhere(self._document[split], size)
                if elsewhere is None:  # there is no other document
                    label = 0
                else:
                    # What follows the first segment is still to come.
                    second, stop = elsewhere, split
            first, second = self._fit(first, second, target)
            return Pair(first, second, label), stop
        # Swapped before they are cut: the lengths must not tell the order.
        if label:
            first, second = second, first
        first, second = self._fit(first, second, target)
        return Pair(first, second, label), stop

    def _elsewhere(self, document, size):
        """About `size` tokens from a random place of another document."""
        others = len(self._first_sentence) - 2
        if others < 1:
            return None
        other = int(self._rng.integers(others))
        other += other >= document
        sentences = range(
            self._first_sentence[other], self._first_sentence[other + 1]
        )
        start = int(self._rng.integers(sentences.start, sentences.stop))
        stop = start + 1
        while stop < sentences.stop and (
            self._ends[stop - 1] - self._starts[start] < size
        ):
            stop += 1
        return self._starts[start], self._ends[stop - 1]

    def _fit(self, first, second, target):
        """Cuts the longer segment on its outer side until both fit."""
        sizes = first[1] - first[0], second[1] - second[0]
        over = sum(sizes) - target
        if over <= 0:
            return first, second
        self.dropped["tokens over the length"] += over
        keep_first = min(sizes[0], max((target + 1) // 2, target - sizes[1]))
        keep_second = target - keep_first
        first = (first[1] - keep_first, first[1])
        return first, (second[0], second[0] + keep_second)
