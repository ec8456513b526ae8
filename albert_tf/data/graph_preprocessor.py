"""Text in, model inputs out, in a TensorFlow graph."""

from __future__ import annotations

import tensorflow as tf

from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.tokenizers import (
    JsonTokenizer,
    SentencePieceTokenizer,
    Tokenizer,
)
from albert_tf.tokenizers.graph_map import rows_of

_HARD = (
    *("", " \t\u00a0\u3000", "\0\x07\u200b\u2581", "1,000 9, 21,054,448,"),
    *("\u0130I \u00df \ufb01 \u1e9e", "\u039f\u03a3 \u03a3\u03b1 a\u0301"),
    *("[CLS] [MASK] <pad> <unk>", "\u4e2d\u6587 \uac00\u3131\u1100\u1161"),
    *("\U0001f600 \U00030000 \U0010ffff", "x" * 250, "``a'' \u00a8 \u1d6b9"),
)
_PIECES = 100  # of the vocabulary in one text


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
        self._tokenize = _graph_tokenizer(tokenizer)
        self._cls = tf.constant(tokenizer.cls_id)
        self._sep = tf.constant(tokenizer.sep_id)
        self._max_length = preprocessor.max_length
        _check(self._tokenize, tokenizer)

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


def _graph_tokenizer(tokenizer: Tokenizer):
    """The tokenizer in the graph, without added tokens."""
    if tokenizer.has_written_tokens:
        names = [token.content for token in tokenizer.settings.added_tokens]
        raise UserError(
            f"the vocabulary has added tokens, such as {names[-1]!r}, which "
            "the graph does not look for in texts"
        )
    if isinstance(tokenizer, JsonTokenizer):
        raise UserError(
            "a tokenizer.json is run by the tokenizers library alone"
        )
    if isinstance(tokenizer, SentencePieceTokenizer):
        from albert_tf.tokenizers.graph_sentencepiece import GraphSentencePiece

        return GraphSentencePiece(tokenizer)
    from albert_tf.tokenizers.graph_wordpiece import GraphWordPiece

    return GraphWordPiece(tokenizer)


def _check(tokenize, tokenizer: Tokenizer) -> None:
    """Compares with Python on every piece, as libraries have versions."""
    pieces = tokenizer.pieces
    texts = [
        mark.join(pieces[start : start + _PIECES])
        for start in range(0, len(pieces), _PIECES)
        for mark in ("", " ")
    ]
    texts = [text.replace("\u2581", " ") for text in (*texts, *_HARD)]
    found = tokenize(tf.constant([text.encode() for text in texts])).to_list()
    for text, ours, ids in zip(
        texts, found, tokenizer.to_ids(texts), strict=True
    ):
        if ours != ids:
            raise UserError(
                "tensorflow-text gives other tokens than the library that the "
                f"model was trained with, such as for {text!r:.60}"
            )
