"""Questions and contexts of any length -> sequences, in a TensorFlow graph."""

from __future__ import annotations

import tensorflow as tf

from albert_tf.data.graph_tokenizer import graph_spans
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.windows import room_for_windows
from albert_tf.tokenizers.graph_characters import GraphCharacters
from albert_tf.tokenizers.graph_map import rows_of


class GraphWindows(tf.Module):
    """Does in the graph what `window_rows` does.

    Args:
        preprocessor: has the tokenizer and the longest sequence.
        stride: tokens between the beginnings of two windows.

    Raises:
        UserError: if the tokenizer works in a way that the graph does not
            know, or the longest sequence has no room.
    """

    def __init__(self, preprocessor: TextPreprocessor, stride: int):
        super().__init__()
        self._room = room_for_windows(preprocessor)
        self._stride = stride
        tokenizer = preprocessor.tokenizer
        self._tokenize = graph_spans(tokenizer)
        self._cls = tf.constant(tokenizer.cls_id)
        self._sep = tf.constant(tokenizer.sep_id)

    def __call__(self, questions, contexts) -> dict:
        """Encodes questions with the windows over their contexts.

        Args:
            questions: string [B], UTF-8; bytes that are none count as U+FFFD.
            contexts: string [B].

        Returns:
            `token_ids`, `segment_ids` and `padding_mask`, int32 [R, L];
            `examples`, int32 [R], the question that each row is of; `starts`
            and `ends`, int32 [R, L], the characters of the context's tokens,
            0 for all others; `contexts`, the `GraphCharacters`.
        """
        first = self._tokenize(questions).ids
        second = self._tokenize(contexts)
        tokens = tf.cast(second.ids.row_lengths(), tf.int32)
        kept = tf.cast(first.row_lengths(), tf.int32)
        kept = tf.minimum(
            kept, tf.maximum(self._room // 2, self._room - tokens)
        )
        window = self._room - kept
        step = tf.minimum(self._stride, (window + 1) // 2)
        more = tf.maximum(tokens - window, 0)
        counts = 1 + (more + step - 1) // step
        behind = tf.cumsum(counts)
        rows = rows_of(behind)
        number = tf.range(tf.size(rows)) - tf.gather(behind - counts, rows)
        begin = number * tf.gather(step, rows)
        size = tf.minimum(
            tf.gather(window, rows), tf.gather(tokens, rows) - begin
        )
        begin += tf.gather(tf.cast(second.ids.row_starts(), tf.int32), rows)
        return {
            **self._sequences(first, second, rows, kept, begin, size),
            "examples": rows,
            "contexts": GraphCharacters.of(contexts),
        }

    def _sequences(self, first, second, rows, kept, begin, size) -> dict:
        """`[CLS] question [SEP] window [SEP]` of each row.

        Args:
            first: ragged int32 [B, (T)], the questions' tokens.
            second: the `GraphTokens` of the contexts.
            rows: int32 [R], the question of each row.
            kept: int32 [B], how many of the questions' tokens.
            begin: int32 [R], the first of all contexts' tokens in the row.
            size: int32 [R], how many of them.
        """
        kept, size = tf.gather(kept, rows)[:, None], size[:, None]
        last = kept + 2 + size
        place = tf.range(tf.reduce_max(last) + 1)[None]
        is_first = (place > 0) & (place <= kept)
        is_second = (place > kept + 1) & (place < last)
        question = tf.gather(tf.cast(first.row_starts(), tf.int32), rows)
        question = question[:, None] + place - 1
        context = begin[:, None] + place - kept - 2
        token_ids = taken(first.flat_values, question, is_first)
        token_ids += taken(second.ids.flat_values, context, is_second)
        is_sep = (place == kept + 1) | (place == last)
        token_ids = tf.where(is_sep, self._sep, token_ids)
        token_ids = tf.where(place == 0, self._cls, token_ids)
        is_token = place <= last
        return {
            "token_ids": token_ids,
            "segment_ids": tf.cast(is_token & (place > kept + 1), tf.int32),
            "padding_mask": tf.cast(is_token, tf.int32),
            "starts": taken(second.starts, context, is_second),
            "ends": taken(second.ends, context, is_second),
        }


def taken(values, places, which):
    """Values at some places, 0 for the rest.

    Args:
        values: int32 [n].
        places: int32 [...].
        which: bool [...], for which of them there is a value.
    """
    found = tf.gather(tf.concat([values, [0]], 0), tf.where(which, places, 0))
    return tf.where(which, found, 0)
