"""A `NumberMap` in a TensorFlow graph."""

from __future__ import annotations

import tensorflow as tf

from albert_tf.tokenizers.number_map import PAGE, ROWS, NumberMap


def rows_of(ends):
    """Which row each item is of, where rows lie one after the other.

    As `tf.repeat`, which takes memory for as many items in every row as the
    longest has.

    Args:
        ends: int [B], the item behind the last one of each row.

    Returns:
        int32 [n].
    """
    items = tf.range(tf.concat([[0], tf.cast(ends, tf.int32)], 0)[-1])
    return tf.searchsorted(tf.cast(ends, tf.int32), items, side="right")


class GraphMap(tf.Module):
    """Looks numbers up.

    Args:
        numbers: what becomes of each.
    """

    def __init__(self, numbers: NumberMap):
        super().__init__()
        self._page_of = tf.constant(numbers.page_of)
        self._differences = tf.constant(numbers.pages.reshape(-1))
        self._starts = tf.constant(numbers.starts)
        self._values = tf.constant(numbers.values)

    def differences(self, numbers):
        """What is added to each, int32 [n]; for rows see `NumberMap`."""
        page = tf.gather(self._page_of, numbers // PAGE)
        return tf.gather(self._differences, page * PAGE + numbers % PAGE)

    def __call__(self, numbers):
        """Puts others in the places of numbers.

        Args:
            numbers: int32 [n].

        Returns:
            int32 [m], and of each the place in `numbers` that it comes from,
            int32 [m].
        """
        found = self.differences(numbers)
        row = tf.maximum(found - ROWS, 0)
        is_row = found >= ROWS
        start = tf.gather(self._starts, row)
        last = tf.shape(self._starts)[0] - 1
        end = tf.gather(self._starts, tf.minimum(row + 1, last))
        counts = tf.where(is_row, end - start, 1)
        ends = tf.cumsum(counts)
        places = rows_of(ends)
        within = tf.range(tf.size(places)) - tf.gather(ends - counts, places)
        place_in_row = tf.minimum(
            tf.gather(start, places) + within, tf.size(self._values) - 1
        )
        return (
            tf.where(
                tf.gather(is_row, places),
                tf.gather(self._values, place_in_row),
                tf.gather(numbers + found, places),
            ),
            places,
        )
