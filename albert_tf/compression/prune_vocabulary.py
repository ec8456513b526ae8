"""A vocabulary that has what a text needs."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import re
from collections.abc import Iterable

import numpy as np

from albert_tf.checkpoints.checkpoint import ENCODER, Checkpoint
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.tokenizers import Tokenizer
from albert_tf.tokenizers.pruning import check_prunable, fixed_ids, keep_pieces

# Weights with a row, or a number, for each piece.
_ROWS = (
    ENCODER + "embedding/token_embedding/embeddings",
    "masked_lm_head/output_bias",
)
# One character, which begins a word or goes on with it.
_CHARACTER = re.compile("(##|\u2581)?(.)", re.DOTALL)


def prune_vocabulary(
    checkpoint: Checkpoint, texts: Iterable[str], size: int | None = None
) -> Checkpoint:
    """Takes those pieces out of a vocabulary that a text has no need of.

    Special and added tokens stay, and so do all single characters, so that
    words are no less known than before. The rest keeps its order. With
    `size`, the pieces stay that are used most, and first of all the
    characters of the texts and of ASCII. A text whose pieces are all kept has
    the same outputs as before, bit by bit; others become longer.

    Args:
        checkpoint: one with weights.
        texts: sentences, paragraphs or documents, as the model will meet
            them. A hundred million characters take half a minute.
        size: the most pieces that are left; None keeps all that are used.

    Returns:
        The same model with fewer tokens.

    Raises:
        UserError: if the checkpoint has no weights or no vocabulary, its
            vocabulary is one whose pieces depend on each other, the texts
            have no token, or there are more special tokens than `size`.
    """
    checkpoint.require_weights()
    preprocessor = checkpoint.get_preprocessor()
    if preprocessor is None:
        raise UserError(f"{checkpoint.source}: has no vocabulary to prune")
    tokenizer = preprocessor.tokenizer
    check_prunable(tokenizer, checkpoint.source)
    kept = _choose(tokenizer, _count_pieces(tokenizer, texts), size)
    weights = dict(checkpoint.weights)
    for name in weights.keys() & _ROWS:
        weights[name] = weights[name][kept]
    pruned = TextPreprocessor(
        keep_pieces(tokenizer, kept), preprocessor.max_length
    )
    return dataclasses.replace(
        checkpoint,
        config=dataclasses.replace(checkpoint.config, vocab_size=len(kept)),
        weights=weights,
        get_preprocessor=lambda: pruned,
    )


def _count_pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> np.ndarray:
    """How often each piece is used, float64 [V].

    As in `WordCache`, what stands between two blanks has the same tokens in
    whatever text, so that each word is tokenized once.
    """
    if isinstance(texts, str):
        raise UserError("texts must be several texts, received one str")
    words = collections.Counter()
    for text in texts:
        words.update(text.split(" ") if tokenizer.words_are_apart else [text])
    ids = tokenizer.to_ids(words)
    counts = np.repeat([*words.values()], [*map(len, ids)])
    if not len(counts):
        raise UserError("texts: have no token")
    ids = np.fromiter(itertools.chain.from_iterable(ids), int, len(counts))
    return np.bincount(ids, counts, tokenizer.vocab_size)


def _choose(
    tokenizer: Tokenizer, uses: np.ndarray, size: int | None
) -> np.ndarray:
    """The ids of the pieces that stay, rising."""
    fixed = fixed_ids(tokenizer)
    if size is not None and size <= len(fixed):
        raise UserError(
            f"size={size} must be more than {len(fixed)}, the number of pieces "
            "that have to stay"
        )
    used = set(itertools.chain(*itertools.compress(tokenizer.pieces, uses)))
    worth = uses.copy()
    for index, character in _characters(tokenizer, fixed).items():
        is_needed = character.isascii() or character in used
        worth[index] += uses.sum() if is_needed else 0.5  # of a use
    worth[[*fixed]] = np.inf
    best = np.argsort(-worth, kind="stable")[:size]
    return np.sort(best[worth[best] > 0])


def _characters(tokenizer: Tokenizer, fixed: set[int]) -> dict[int, str]:
    """Characters that are pieces, by id.

    Only those that a word can be cut into: within a word no ideograph is, nor
    a capital letter where the text is lower-cased.
    """
    found = {
        index: match[2]
        for index, piece in enumerate(tokenizer.pieces)
        if index not in fixed and (match := _CHARACTER.fullmatch(piece))
    }
    kept = sorted({*fixed, *found})
    words = [number * c for c in {*found.values()} for number in (1, 2)]
    ids = itertools.chain(*keep_pieces(tokenizer, kept).to_ids(words))
    return {kept[i]: found[kept[i]] for i in {*ids} if kept[i] in found}
