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
        encodings: are gone through once; all of them have offsets, or none.
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
        ids, lengths, firsts, truncated = (array("i") for _ in range(4))
        spans = array("i")
        for one in encodings:
            ids.extend(one.token_ids)
            lengths.append(len(one.token_ids))
            firsts.append(one.segment_ids.count(0))
            truncated.append(one.num_truncated)
            for span in one.offsets or ():
                spans.extend(span)
        self.token_ids, self._lengths, self._firsts, lost = (
            np.frombuffer(values, np.int32) if values else np.zeros(0, "int32")
            for values in (ids, lengths, firsts, truncated)
        )
        self._truncated, self.choices = lost, choices
        each = self._lengths.reshape(-1, choices or 1)
        self.lengths, self.num_tokens = each.max(1), each.sum(1, np.int32)
        self.num_truncated = lost.reshape(each.shape).sum(1, np.int32)
        self._offsets = None
        if spans:
            self._offsets = np.frombuffer(spans, np.int32).reshape(-1, 2)
        self._ends = np.cumsum(self._lengths, dtype=np.int64)

    @property
    def has_pairs(self) -> bool:
        """Whether there is a second segment anywhere."""
        return bool((self._firsts < self._lengths).any())

    def find(self, token_id: int) -> int | None:
        """The first row that has a token; None if there is none."""
        places = np.flatnonzero(self.token_ids == token_id)
        if not len(places):
            return None
        sequence = np.searchsorted(self._ends, places[0], side="right")
        return int(sequence) // (self.choices or 1)

    def features(self, rows: Sequence[int]) -> dict[str, np.ndarray]:
        """What a model takes of some rows.

        Returns:
            The dictionary of `pad`, int32 [B, L], or [B, choices, L].
        """
        if self.choices is None:
            return pad([self[row] for row in rows])
        padded = pad([one for row in rows for one in self[row]])
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
        end, length = int(self._ends[index]), int(self._lengths[index])
        part = slice(end - length, end)
        first = int(self._firsts[index])
        return Encoding(
            self.token_ids[part].tolist(),
            [0] * first + [1] * (length - first),
            self._spans(part),
            int(self._truncated[index]),
        )

    def _spans(self, part: slice):
        if self._offsets is None:
            return None
        return [*map(tuple, self._offsets[part].tolist())]
