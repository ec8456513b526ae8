"""Rules of what becomes of numbers, in a few small arrays."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

PAGE = 256  # numbers
# Above this a value is no difference but the number of a row.
ROWS = 2**24


@dataclasses.dataclass(frozen=True)
class NumberMap:
    """What becomes of each of the numbers 0 to n: others, one or itself.

    Most numbers stay what they are, and those that change have neighbours
    that do so alike. So there are few different pages of 256 differences.

    Attributes:
        page_of: int32 [n / 256], the page that numbers are on.
        pages: int32 [P, 256], what to add to a number; or `ROWS` and the
            row of what takes its place.
        starts: int32 [R + 1], where rows begin, and the last one ends.
        values: int32, those of all rows.
    """

    page_of: np.ndarray
    pages: np.ndarray
    starts: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, changes: Mapping[int, Sequence[int]], size: int) -> NumberMap:
        """Puts changes into arrays.

        Args:
            changes: of a number what takes its place, maybe nothing; other
                numbers stay.
            size: n.
        """
        table = np.zeros(-(-size // PAGE) * PAGE, np.int32)
        starts, values = [0], []
        for number, new in changes.items():
            if len(new) == 1:
                table[number] = new[0] - number
            else:
                table[number] = ROWS + len(starts) - 1
                values += new
                starts.append(len(values))
        pages, page_of = np.unique(
            table.reshape(-1, PAGE), axis=0, return_inverse=True
        )
        return cls(
            page_of.reshape(-1).astype(np.int32),
            pages,
            np.array(starts, np.int32),
            np.array(values or [0], np.int32),
        )
