"""Millions of sequences in flat arrays."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

import numpy as np

from albert_tf.tokenizers import Encoding


class Encodings(Sequence):
    """A sequence of `Encoding`s that takes four bytes a token and a few a row.

    As Python objects they would take more than ten times as much.

    Args:
        encodings: are gone through once; all of them have offsets, or none.

    Attributes:
        lengths: int32 [n], the number of tokens of each.
        num_truncated: int32 [n], how many each one lost.
        token_ids: int32, those of all, one after the other.
    """

    def __init__(self, encodings: Iterable[Encoding]):
        ids, lengths, firsts, truncated = (array("i") for _ in range(4))
        spans = array("i")
        for one in encodings:
            ids.extend(one.token_ids)
            lengths.append(len(one.token_ids))
            firsts.append(one.segment_ids.count(0))
            truncated.append(one.num_truncated)
            for span in one.offsets or ():
                spans.extend(span)
        self.token_ids, self.lengths, self._firsts, self.num_truncated = (
            np.frombuffer(values, np.int32) if values else np.zeros(0, "int32")
            for values in (ids, lengths, firsts, truncated)
        )
        self._offsets = None
        if spans:
            self._offsets = np.frombuffer(spans, np.int32).reshape(-1, 2)
        self._ends = np.cumsum(self.lengths, dtype=np.int64)

    @property
    def has_pairs(self) -> bool:
        """Whether there is a second segment anywhere."""
        return bool((self._firsts < self.lengths).any())

    def __len__(self):
        return len(self.lengths)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        index = range(len(self))[index]  # as a list: negative, out of range
        end, length = int(self._ends[index]), int(self.lengths[index])
        part = slice(end - length, end)
        first = int(self._firsts[index])
        return Encoding(
            self.token_ids[part].tolist(),
            [0] * first + [1] * (length - first),
            self._spans(part),
            int(self.num_truncated[index]),
        )

    def _spans(self, part: slice):
        if self._offsets is None:
            return None
        return [*map(tuple, self._offsets[part].tolist())]
