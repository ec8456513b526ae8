"""Tokens with their positions and segments, as a model meets them."""

from __future__ import annotations

import random
from collections.abc import Iterable

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.tokenizers import Encoding, Tokenizer

_TEXTS = 10_000  # that tokens are drawn from
_LONGEST_TEXT = 2_000  # characters
_MOST_TOGETHER = 8  # texts in a segment


def draw_tokens(
    number: int,
    texts: Iterable[str],
    tokenizer: Tokenizer,
    config: AlbertConfig,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draws tokens of sequences of one or two segments, short and long.

    Args:
        number: how many.
        texts: sentences, paragraphs or documents; all are gone through.
        tokenizer: the model's.
        config: the model's.
        rng: what is drawn with.

    Returns:
        int [number, 3]: token, position, segment.

    Raises:
        UserError: if there is no token in the texts.
    """
    chosen = _choose(texts, rng)
    if not any(tokenizer.to_ids(chosen)):
        raise UserError("texts: have no token to draw")
    firsts, seconds, place = [], [], 0
    while place < len(chosen):
        first, second = rng.integers(1, _MOST_TOGETHER, 2)
        middle, end = place + first, place + first + second
        if rng.random() < 0.5 or config.type_vocab_size == 1:
            end = middle  # one segment
        firsts.append(" ".join(chosen[place:middle]))
        seconds.append(" ".join(chosen[middle:end]))
        place = end
    sequences = tokenizer.encode_batch(
        firsts, seconds, max_length=config.max_position_embeddings
    )
    tokens = np.concatenate([*map(_tokens, sequences)])
    return tokens[rng.integers(0, len(tokens), number)]


def _choose(texts: Iterable[str], rng: np.random.Generator) -> list[str]:
    """So many texts of any number, each as likely as the others."""
    if isinstance(texts, str):
        raise UserError("texts must be several texts, received one str")
    # The standard library draws one number at a time faster than numpy.
    draw = random.Random(int(rng.integers(2**32))).randrange
    chosen = []
    for number, text in enumerate(texts):
        if number < _TEXTS:
            chosen.append(text[:_LONGEST_TEXT])
        elif (place := draw(number + 1)) < _TEXTS:
            chosen[place] = text[:_LONGEST_TEXT]
    return chosen


def _tokens(sequence: Encoding) -> np.ndarray:
    length = len(sequence.token_ids)
    return np.stack(
        [sequence.token_ids, np.arange(length), sequence.segment_ids], 1
    )


def draw_pieces(
    number: int, config: AlbertConfig, rng: np.random.Generator
) -> np.ndarray:
    """Draws pieces of the vocabulary, each as likely as the others.

    Args:
        number: how many.
        config: the model's.
        rng: what is drawn with.

    Returns:
        As `draw_tokens`, at positions of which the first are the likeliest.
    """
    lengths = rng.integers(1, config.max_position_embeddings + 1, number)
    return np.stack(
        [
            rng.integers(0, config.vocab_size, number),
            rng.integers(0, lengths),
            rng.integers(0, config.type_vocab_size, number),
        ],
        1,
    )
