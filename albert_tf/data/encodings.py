"""Millions of sequences in flat arrays."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

import numpy as np

from albert_tf.data.features import pad
from albert_tf.tokenizers import Encoding


class Encodings(Sequence):
    """A sequence of `Encoding`s that takes four bytes a token and a few a row.

    As Python objects they would take more than ten times as much.

    Args:
        encodings: are gone through once; all of them have offsets, or none,
            and the tokens of segment 1 are next to each other.
        choices: how many of them make a row, such as one for each answer to a
            question; None for one, which is then the row itself.

    Attributes:
        lengths: int32 [n], the number of tokens of each row, or of the longest
            sequence in it.
        num_tokens: int32 [n], those of all its sequences together.
        num_truncated: int32 [n], how many each row lost.
        token_ids: int32, those of all, one after the other.
    """

    def __init__(
        self, encodings: Iterable[Encoding], choices: int | None = None
    ):
        ids, lengths, truncated = (array("i") for _ in range(3))
        begins, ends, spans = (array("i") for _ in range(3))
        for one in encodings:
            ids.extend(one.token_ids)
            lengths.append(len(one.token_ids))
            begin, end = _second_segment(one.segment_ids)
            begins.append(begin)
            ends.append(end)
            truncated.append(one.num_truncated)
            for span in one.offsets or ():
                spans.extend(span)
        self.token_ids, self._lengths, self._begins, self._ends, lost = (
            np.frombuffer(values, np.int32) if values else np.zeros(0, "int32")
            for values in (ids, lengths, begins, ends, truncated)
        )
        self._truncated, self.choices = lost, choices
        each = self._lengths.reshape(-1, choices or 1)
        self.lengths, self.num_tokens = each.max(1), each.sum(1, np.int32)
        self.num_truncated = lost.reshape(each.shape).sum(1, np.int32)
        self._offsets = None
        if spans:
            self._offsets = np.frombuffer(spans, np.int32).reshape(-1, 2)
        self._totals = np.cumsum(self._lengths, dtype=np.int64)

    @property
    def has_pairs(self) -> bool:
        """Whether there is a second segment anywhere."""
        return bool((self._begins < self._ends).any())

    def find(self, token_id: int) -> int | None:
        """The first row that has a token; None if there is none."""
        places = np.flatnonzero(self.token_ids == token_id)
        if not len(places):
            return None
        sequence = np.searchsorted(self._totals, places[0], side="right")
        return int(sequence) // (self.choices or 1)

    def features(
        self, rows: Sequence[int], length: int | None = None
    ) -> dict[str, np.ndarray]:
        """What a model takes of some rows.

        Args:
            rows: their numbers.
            length: L, by default that of the longest of them.

        Returns:
            The dictionary of `pad`, int32 [B, L], or [B, choices, L].
        """
        if self.choices is None:
            return pad([self[row] for row in rows], length)
        padded = pad([one for row in rows for one in self[row]], length)
        return {
            name: array.reshape(len(rows), self.choices, array.shape[1])
            for name, array in padded.items()
        }

    def __len__(self):
        return len(self.lengths)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        index = range(len(self))[index]  # as a list: negative, out of range
        if self.choices is None:
            return self._sequence(index)
        first = index * self.choices
        return [self._sequence(first + k) for k in range(self.choices)]

    def _sequence(self, index: int) -> Encoding:
        total, length = int(self._totals[index]), int(self._lengths[index])
        part = slice(total - length, total)
        begin, end = int(self._begins[index]), int(self._ends[index])
        return Encoding(
            self.token_ids[part].tolist(),
            [0] * begin + [1] * (end - begin) + [0] * (length - end),
            self._spans(part),
            int(self._truncated[index]),
        )

    def _spans(self, part: slice):
        if self._offsets is None:
            return None
        return [*map(tuple, self._offsets[part].tolist())]


def _second_segment(segment_ids: Sequence[int]) -> tuple[int, int]:
    """Where it begins and ends, exclusive; both L if there is none."""
    count = sum(segment_ids)
    begin = segment_ids.index(1) if count else len(segment_ids)
    return begin, begin + count
