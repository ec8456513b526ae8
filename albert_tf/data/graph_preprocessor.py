"""Text in, model inputs out, in a TensorFlow graph."""

from __future__ import annotations

import tensorflow as tf

from albert_tf.data.graph_tokenizer import graph_tokenizer
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.tokenizers.graph_map import rows_of


class GraphPreprocessor(tf.Module):
    """Does in the graph what a `TextPreprocessor` does.

    Args:
        preprocessor: whose ids it gives.

    Raises:
        UserError: if its tokenizer works in a way that the graph does not
            know, or the graph gives other ids for a piece of the vocabulary.
    """

    def __init__(self, preprocessor: TextPreprocessor):
        super().__init__()
        tokenizer = preprocessor.tokenizer
        self._tokenize = graph_tokenizer(tokenizer)
        self._cls = tf.constant(tokenizer.cls_id)
        self._sep = tf.constant(tokenizer.sep_id)
        self._max_length = preprocessor.max_length

    def __call__(self, texts, pairs=None):
        """Encodes and pads to the longest.

        Args:
            texts: string [B], UTF-8; bytes that are none count as U+FFFD.
            pairs: string [B], or None.

        Returns:
            `token_ids`, `segment_ids` and `padding_mask`, int32 [B, L].
        """
        first, parts = self._tokenize(texts), []
        special = 2
        if pairs is not None:
            second = self._tokenize(pairs)
            # A pair without a token is none.
            is_pair = tf.cast(second.row_lengths() > 0, tf.int64)
            special += is_pair
            parts = [second, is_pair]
        room = self._max_length - special
        if pairs is not None:
            most = tf.maximum(room // 2, room - first.row_lengths())
            second = _cut(second, most)
            room -= second.row_lengths()
            end = tf.RaggedTensor.from_row_lengths(
                tf.fill(tf.reduce_sum(is_pair)[None], self._sep), is_pair
            )
            parts = [second, end]
        first = _cut(first, room)
        column = tf.ones_like(first.row_lengths(), tf.int32)[:, None]
        first = tf.concat([self._cls * column, first, self._sep * column], 1)
        tokens = tf.concat([first, *parts], 1)
        token_ids = tokens.to_tensor()
        place = tf.range(tf.shape(token_ids, tf.int64)[1])
        is_token = place < tokens.row_lengths()[:, None]
        is_second = is_token & (place >= first.row_lengths()[:, None])
        return {
            "token_ids": token_ids,
            "segment_ids": tf.cast(is_second, tf.int32),
            "padding_mask": tf.cast(is_token, tf.int32),
        }


def _cut(tokens, most):
    """The first tokens of each row, `most` int64 [B] or one for all."""
    lengths = tf.minimum(tokens.row_lengths(), most)
    rows = rows_of(tokens.row_splits[1:])
    ends = tf.gather(tokens.row_starts() + lengths, rows)
    kept = tf.range(tf.size(rows, tf.int64)) < ends
    return tf.RaggedTensor.from_row_lengths(
        tf.boolean_mask(tokens.flat_values, kept), lengths, validate=False
    )
