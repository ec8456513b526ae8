"""Texts -> words, to give tags to, in a TensorFlow graph."""

from __future__ import annotations

import functools
from typing import NamedTuple

import tensorflow as tf

from albert_tf.tagging.words import kind_of
from albert_tf.tokenizers.character_rules import map_kinds
from albert_tf.tokenizers.graph_characters import GraphCharacters
from albert_tf.tokenizers.graph_map import GraphMap
from albert_tf.tokenizers.number_map import NumberMap

_KINDS = ("single", "letter", "mark", "blank")
_LETTER, _MARK, _BLANK = 1, 2, 3


class GraphWords(NamedTuple):
    """The words of B texts, one after the other.

    Attributes:
        rows: int32 [W], the text that each is of.
        starts: int32 [W], the character of the text that each begins with.
        ends: int32 [W], the one behind its last.
    """

    rows: tf.Tensor
    starts: tf.Tensor
    ends: tf.Tensor


class GraphWordSplitter(tf.Module):
    """Does in the graph what `split_words` does."""

    def __init__(self):
        super().__init__()
        self._kinds = GraphMap(_kinds())

    def __call__(self, characters: GraphCharacters) -> GraphWords:
        """Finds the words.

        Args:
            characters: of the texts, as they were given.
        """
        kinds = self._kinds.differences(characters.codes)
        is_mark = kinds == _MARK
        # But for marks, which go on with whatever is before them, only a
        # letter goes on, and with a letter only.
        places = tf.where(~is_mark)[:, 0]
        letters = tf.gather(kinds, places) == _LETTER
        rows = tf.gather(characters.rows, places)
        goes_on = letters[1:] & letters[:-1] & (rows[1:] == rows[:-1])
        goes_on = tf.concat([[False], goes_on], 0)[: tf.size(places)]
        goes_on = tf.tensor_scatter_nd_update(is_mark, places[:, None], goes_on)
        begins = tf.where(~goes_on | characters.begins())[:, 0]
        total = tf.size(kinds, tf.int64)
        ends = tf.concat([begins[1:], [total]], 0)[: tf.size(begins)]
        is_word = tf.gather(kinds, begins) != _BLANK
        begins = tf.boolean_mask(begins, is_word)
        lengths = tf.boolean_mask(ends, is_word) - begins
        starts = tf.gather(characters.sources, begins)
        return GraphWords(
            tf.gather(characters.rows, begins),
            starts,
            starts + tf.cast(lengths, tf.int32),
        )


@functools.cache  # it takes seconds
def _kinds() -> NumberMap:
    return map_kinds(lambda character: _KINDS.index(kind_of(character)))
