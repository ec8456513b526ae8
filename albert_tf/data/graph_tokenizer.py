"""Tokenizers in a TensorFlow graph."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from albert_tf.errors import UserError
from albert_tf.tokenizers import (
    JsonTokenizer,
    SentencePieceTokenizer,
    Tokenizer,
)

_HARD = (
    *("", " \t\u00a0\u3000", "\0\x07\u200b\u2581", "1,000 9, 21,054,448,"),
    *("\u0130I \u00df \ufb01 \u1e9e", "\u039f\u03a3 \u03a3\u03b1 a\u0301"),
    *("[CLS] [MASK] <pad> <unk>", "\u4e2d\u6587 \uac00\u3131\u1100\u1161"),
    *("\U0001f600 \U00030000 \U0010ffff", "x" * 250, "``a'' \u00a8 \u1d6b9"),
)
_PIECES = 100  # of the vocabulary in one text
_ANY_LENGTH = 10**9


def graph_tokenizer(tokenizer: Tokenizer) -> Callable:
    """What gives a tokenizer's ids in the graph.

    Args:
        tokenizer: in Python.

    Returns:
        Makes ragged int32 [B, (T)], without special tokens, of string [B].

    Raises:
        UserError: if the tokenizer works in a way that the graph does not
            know, or the graph gives other ids for a piece of the vocabulary.
    """
    _check_kind(tokenizer)
    if isinstance(tokenizer, SentencePieceTokenizer):
        from albert_tf.tokenizers.graph_sentencepiece import GraphSentencePiece

        tokenize = GraphSentencePiece(tokenizer)
    else:
        from albert_tf.tokenizers.graph_wordpiece import GraphWordPiece

        tokenize = GraphWordPiece(tokenizer)
    _check(lambda texts: tokenize(texts).to_list(), tokenizer, Tokenizer.to_ids)
    return tokenize


def graph_spans(tokenizer: Tokenizer) -> Callable:
    """As `graph_tokenizer`, with the characters of the tokens.

    Returns:
        Makes `GraphTokens` of string [B].

    Raises:
        UserError: as there, or the graph cannot tell the characters.
    """
    _check_kind(tokenizer)
    if isinstance(tokenizer, SentencePieceTokenizer):
        from albert_tf.tokenizers.graph_sentencepiece_spans import (
            GraphSentencePieceSpans,
        )

        tokenize = GraphSentencePieceSpans(tokenizer)
    else:
        from albert_tf.tokenizers.graph_wordpiece_spans import (
            GraphWordPieceSpans,
        )

        tokenize = GraphWordPieceSpans(tokenizer)
    _check(lambda texts: _as_lists(tokenize(texts)), tokenizer, _with_spans)
    return tokenize


def _check_kind(tokenizer: Tokenizer) -> None:
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


def _as_lists(tokens) -> list:
    """Ids, starts and ends of each text."""
    columns = [
        tokens.ids.with_values(values).to_list()
        for values in (tokens.ids.values, tokens.starts, tokens.ends)
    ]
    return [*zip(*columns, strict=True)]


def _with_spans(tokenizer: Tokenizer, texts: list[str]) -> list:
    encodings = [tokenizer.encode(x, max_length=_ANY_LENGTH) for x in texts]
    return [
        (
            one.token_ids[1:-1],
            [start for start, _ in one.offsets[1:-1]],
            [end for _, end in one.offsets[1:-1]],
        )
        for one in encodings
    ]


def _check(tokenize, tokenizer: Tokenizer, expected) -> None:
    """Compares with Python on every piece, as libraries have versions."""
    pieces = tokenizer.pieces
    texts = [
        mark.join(pieces[start : start + _PIECES])
        for start in range(0, len(pieces), _PIECES)
        for mark in ("", " ")
    ]
    texts = [text.replace("\u2581", " ") for text in (*texts, *_HARD)]
    found = tokenize(tf.constant([text.encode() for text in texts]))
    for text, ours, theirs in zip(
        texts, found, expected(tokenizer, texts), strict=True
    ):
        if ours != theirs:
            raise UserError(
                "tensorflow-text gives other tokens than the library that the "
                f"model was trained with, such as for {text!r:.60}"
            )
