"""Texts -> sequences and their words, in a TensorFlow graph."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from albert_tf.data.graph_tokenizer import graph_spans
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.tagging.graph_words import GraphWords, GraphWordSplitter
from albert_tf.tagging.windows import step_of
from albert_tf.tokenizers.graph_characters import GraphCharacters
from albert_tf.tokenizers.graph_map import rows_of
from albert_tf.tokenizers.graph_tokens import GraphTokens

_SHIFT = 2**32  # above all characters of a text


class _Layout(NamedTuple):
    """The windows of B texts.

    Attributes:
        counts: int32 [B], how many each text has.
        tokens: int32 [B], how many tokens each text has.
        begins: int32 [B], the first of all tokens that is the text's.
    """

    counts: tf.Tensor
    tokens: tf.Tensor
    begins: tf.Tensor


class GraphTagWindows(tf.Module):
    """Does in the graph what `Windows` does.

    Args:
        preprocessor: has the tokenizer and the longest sequence.

    Raises:
        UserError: if the tokenizer works in a way that the graph does not
            know.
    """

    def __init__(self, preprocessor: TextPreprocessor):
        super().__init__()
        tokenizer = preprocessor.tokenizer
        self._tokenize = graph_spans(tokenizer)
        self._split = GraphWordSplitter()
        self._cls = tf.constant(tokenizer.cls_id)
        self._sep = tf.constant(tokenizer.sep_id)
        self._size = preprocessor.max_length - 2
        self._step = step_of(self._size)

    def __call__(self, texts) -> dict:
        """Encodes texts, in several windows where one is too short.

        Args:
            texts: string [B], UTF-8; bytes that are none count as U+FFFD.

        Returns:
            `token_ids`, `segment_ids` and `padding_mask`, int32 [R, L];
            `examples`, int32 [R], the text that each row is of; `texts`, the
            `GraphCharacters`; `words`, the `GraphWords`; `places`, int32
            [W, 2], the row and the token that each word is read from, -1 for
            one without a token of its own.
        """
        tokens = self._tokenize(texts)
        characters = GraphCharacters.of(texts)
        words = self._split(characters)
        lengths = tf.cast(tokens.ids.row_lengths(), tf.int32)
        more = tf.maximum(lengths - self._size, 0)
        counts = 1 + (more + self._step - 1) // self._step
        begins = tf.cast(tokens.ids.row_starts(), tf.int32)
        layout = _Layout(counts, lengths, begins)
        return {
            **self._sequences(tokens, layout),
            "texts": characters,
            "words": words,
            "places": self._places(_first_tokens(words, tokens), words, layout),
        }

    def _sequences(self, tokens: GraphTokens, layout: _Layout) -> dict:
        behind = tf.cumsum(layout.counts)
        rows = rows_of(behind)
        number = tf.range(tf.size(rows))
        number -= tf.gather(behind - layout.counts, rows)
        begin = number * self._step
        size = tf.minimum(tf.gather(layout.tokens, rows) - begin, self._size)
        begin += tf.gather(layout.begins, rows)
        size = size[:, None]
        place = tf.range(tf.reduce_max(size) + 2)[None]
        is_inner = (place > 0) & (place <= size)
        inner = tf.where(is_inner, begin[:, None] + place - 1, 0)
        inner = tf.gather(tf.concat([tokens.ids.flat_values, [0]], 0), inner)
        token_ids = tf.where(is_inner, inner, 0)
        token_ids = tf.where(place == size + 1, self._sep, token_ids)
        token_ids = tf.where(place == 0, self._cls, token_ids)
        return {
            "token_ids": token_ids,
            "segment_ids": tf.zeros_like(token_ids),
            "padding_mask": tf.cast(place <= size + 1, tf.int32),
            "examples": rows,
        }

    def _places(self, first, words: GraphWords, layout: _Layout):
        """Where words are read: of two windows, where more is around them.

        Args:
            first: int32 [W], the token of the text that each begins in, 1 for
                the first one, -1 for none.
            words: the words.
            layout: the windows.
        """
        count = tf.gather(layout.counts, words.rows)
        tokens = tf.gather(layout.tokens, words.rows)
        later = tf.minimum((first - 1) // self._step, count - 1)
        earlier = later - 1

        def around(window):
            token = first - window * self._step
            size = tf.minimum(tokens - window * self._step, self._size)
            return tf.minimum(token, size + 1 - token)

        is_earlier = (
            (earlier >= 0)
            & (first <= earlier * self._step + self._size)
            & (around(later) <= around(earlier))
        )
        window = tf.where(is_earlier, earlier, later)
        row = tf.gather(tf.cumsum(layout.counts, exclusive=True), words.rows)
        places = tf.stack([row + window, first - window * self._step], 1)
        return tf.where(first[:, None] > 0, places, -1)


def _first_tokens(words: GraphWords, tokens: GraphTokens):
    """What `first_tokens` gives, int32 [W]."""
    token_rows = rows_of(tokens.ids.row_splits[1:])
    # Ends do not descend within a text, so all of these do not.
    first = tf.searchsorted(
        _in_row(token_rows, tokens.ends),
        _in_row(words.rows, words.starts),
        side="right",
    )
    row_ends = tf.cast(tokens.ids.row_limits(), tf.int32)
    has = first < tf.gather(row_ends, words.rows)
    starts = tf.gather(
        tf.concat([tokens.starts, [0]], 0), tf.where(has, first, 0)
    )
    has &= starts < words.ends
    is_same = has[:-1] & (first[1:] == first[:-1])
    is_same &= words.rows[1:] == words.rows[:-1]
    is_same = tf.concat([[False], is_same], 0)[: tf.size(first)]
    begins = tf.cast(tokens.ids.row_starts(), tf.int32)
    number = first - tf.gather(begins, words.rows) + 1  # behind [CLS]
    return tf.where(has & ~is_same, number, -1)


def _in_row(rows, numbers):
    """Numbers that rise from row to row, int64."""
    return tf.cast(rows, tf.int64) * _SHIFT + tf.cast(numbers, tf.int64)
