"""The characters of texts in a TensorFlow graph."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from albert_tf.tokenizers.character_rules import (
    BLANK,
    CASED,
    FINAL_SIGMA,
    IGNORABLE,
    SIGMA,
    SMALL_SIGMA,
)
from albert_tf.tokenizers.graph_map import GraphMap, rows_of


class GraphCharacters(NamedTuple):
    """The characters of B texts, one after the other, and where they are from.

    Attributes:
        codes: int32 [n], their numbers in Unicode, or `BLANK`.
        rows: int32 [n], the text that each is of.
        sources: int32 [n], the character of that text, as it was given, that
            each comes from.
        size: int32, B.
    """

    codes: tf.Tensor
    rows: tf.Tensor
    sources: tf.Tensor
    size: tf.Tensor

    @classmethod
    def of(cls, texts) -> GraphCharacters:
        """Reads UTF-8; bytes that are none become U+FFFD.

        Args:
            texts: string [B].
        """
        codes = tf.strings.unicode_decode(texts, "UTF-8", errors="replace")
        splits = tf.cast(codes.row_splits, tf.int32)
        rows = rows_of(splits[1:])
        sources = tf.range(tf.size(rows)) - tf.gather(splits, rows)
        return cls(codes.flat_values, rows, sources, tf.size(texts))

    def mapped(self, rule: GraphMap) -> GraphCharacters:
        """What becomes of each character."""
        codes, places = rule(self.codes)
        return self._taken(places)._replace(codes=codes)

    def collapsed(self) -> GraphCharacters:
        """With one blank for a run of `BLANK`, none at either end of a text."""
        begins, _ = self._borders()
        is_blank = self.codes == BLANK
        kept = self._kept(~(is_blank & (begins | _before(is_blank))))
        _, ends = kept._borders()
        is_blank = kept.codes == BLANK
        kept = kept._kept(~(is_blank & ends))
        codes = tf.where(kept.codes == BLANK, ord(" "), kept.codes)
        return kept._replace(codes=codes)

    def with_small_sigmas(self, kinds: GraphMap) -> GraphCharacters:
        """A capital sigma in lower case: another letter at the end of a word.

        It ends one if a cased letter is before it and none behind it, those
        that are ignorable not counted.

        Args:
            kinds: see `sigma_kinds`.
        """
        kind = kinds.differences(tf.maximum(self.codes, 0))
        places = tf.where(kind != IGNORABLE)[:, 0]
        seen = self._taken(places)
        begins, ends = seen._borders()
        is_cased = tf.gather(kind, places) == CASED
        is_final = (
            (seen.codes == SIGMA)
            & (_before(is_cased) & ~begins)
            & ~(_behind(is_cased) & ~ends)
        )
        finals = tf.boolean_mask(places, is_final)
        codes = tf.where(self.codes == SIGMA, SMALL_SIGMA, self.codes)
        codes = tf.tensor_scatter_nd_update(
            codes, finals[:, None], tf.fill(tf.shape(finals), FINAL_SIGMA)
        )
        return self._replace(codes=codes)

    def texts(self):
        """The texts again, string [B]."""
        rows = tf.RaggedTensor.from_value_rowids(
            self.codes,
            tf.cast(self.rows, tf.int64),
            tf.cast(self.size, tf.int64),
            validate=False,
        )
        return tf.strings.unicode_encode(rows, "UTF-8")

    def _borders(self):
        """Which characters are the first of their text, and the last, bool."""
        is_new = self.rows[1:] != self.rows[:-1]
        edge = tf.fill(tf.minimum(tf.shape(self.rows), 1), True)
        return tf.concat([edge, is_new], 0), tf.concat([is_new, edge], 0)

    def _kept(self, which) -> GraphCharacters:
        return self._taken(tf.where(which)[:, 0])

    def _taken(self, places) -> GraphCharacters:
        return GraphCharacters(
            *(tf.gather(x, places) for x in self[:3]), self.size
        )


def _before(flags):
    """Of each the one before it."""
    return tf.concat([flags[:1], flags[:-1]], 0)


def _behind(flags):
    """Of each the one behind it."""
    return tf.concat([flags[1:], flags[-1:]], 0)
