"""The characters of texts in a TensorFlow graph."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from albert_tf.tokenizers.character_rules import (
    BLANK,
    CASED,
    FINAL_SIGMA,
    IGNORABLE,
    MARK,
    NOTHING,
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
        kept = self.kept(~(is_blank & (begins | _before(is_blank))))
        _, ends = kept._borders()
        is_blank = kept.codes == BLANK
        kept = kept.kept(~(is_blank & ends))
        codes = tf.where(kept.codes == BLANK, ord(" "), kept.codes)
        return kept._replace(codes=codes)

    def with_joined_quotes(self) -> GraphCharacters:
        """With one quote for each pair of the two that LaTeX has."""
        begins, ends = self._borders()
        begins |= self.codes != _before(self.codes)
        place = tf.range(tf.size(self.codes))
        run = tf.cumsum(tf.cast(begins, tf.int32)) - 1
        first = tf.cast(tf.where(begins)[:, 0], tf.int32)
        odd = (place - tf.gather(first, run)) % 2 == 1
        is_quote = (self.codes == ord("`")) | (self.codes == ord("'"))
        is_second = is_quote & odd
        is_first = _behind(is_second) & ~ends
        codes = tf.where(is_first, ord('"'), self.codes)
        return self._replace(codes=codes).kept(~is_second)

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

    def kept(self, which) -> GraphCharacters:
        """Some of the characters.

        Args:
            which: bool [n].
        """
        return self._taken(tf.where(which)[:, 0])

    def row_ends(self):
        """Where each text ends: behind the last of these characters, int32 [B].

        0 for a text that has none of them.
        """
        ends = tf.math.unsorted_segment_max(
            self.sources + 1, self.rows, self.size
        )
        return tf.maximum(ends, 0)

    def ends(self, row_ends):
        """Where their sources end, with all that was dropped behind them.

        Args:
            row_ends: int32 [B], where the texts end.

        Returns:
            int32 [n].
        """
        _, is_last = self._borders()
        following = _behind(self.sources)
        following = tf.where(is_last, tf.gather(row_ends, self.rows), following)
        return tf.maximum(following, self.sources + 1)

    def with_marks_behind(self, kinds):
        """Where each one ends with the marks of its own, int32 [n].

        Args:
            kinds: of each, see `mark_kinds`.
        """
        begins, _ = self._borders()
        is_letter = begins | ((kinds != MARK) & (kinds != NOTHING))
        letter = tf.cumsum(tf.cast(is_letter, tf.int32)) - 1
        ends = tf.where(kinds == NOTHING, 0, self.sources + 1)
        ends = tf.math.segment_max(ends, letter)
        return tf.where(is_letter, tf.gather(ends, letter), self.sources + 1)

    def begins(self):
        """Which are the first of their text, bool [n]."""
        return self._borders()[0]

    def row_starts(self):
        """The place of the first character of each text, int32 [B]."""
        return tf.searchsorted(self.rows, tf.range(self.size))

    def byte_ends(self):
        """Where each one ends in the UTF-8 of all texts, int32 [n]."""
        sizes = 1 + tf.reduce_sum(
            tf.cast(self.codes[:, None] >= [0x80, 0x800, 0x10000], tf.int32), 1
        )
        return tf.cumsum(sizes)

    def last_of_sources(self):
        """Which of them are the last that come from their source, bool [n]."""
        _, ends = self._borders()
        return ends | (self.sources != _behind(self.sources))

    def parts(self, rows, starts, ends):
        """Parts of the texts.

        Args:
            rows: int32 [m], the text that each part is of.
            starts: int32 [m], its first character there.
            ends: int32 [m], the one behind its last.

        Returns:
            string [m].
        """
        lengths = ends - starts
        behind = tf.cumsum(lengths)
        part = rows_of(behind)
        first = tf.gather(self.row_starts(), rows) + starts
        place = tf.range(tf.size(part)) + tf.gather(
            first - behind + lengths, part
        )
        codes = tf.RaggedTensor.from_row_lengths(
            tf.gather(self.codes, place), lengths, validate=False
        )
        return tf.strings.unicode_encode(codes, "UTF-8")

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
