"""A vocabulary without the pieces that a text does not need."""

from __future__ import annotations

import collections
import dataclasses
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from albert_tf.checkpoints.checkpoint import ENCODER, Checkpoint
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.tokenizers import Tokenizer, restore_tokenizer
from albert_tf.tokenizers.sentencepiece_file import PIECE, fields

# Weights with a row for each token.
_TABLES = (
    f"{ENCODER}embedding/token_embedding/embeddings",
    "masked_lm_head/output_bias",
)


def prune_vocabulary(
    checkpoint: Checkpoint, texts: Iterable[str], size: int | None = None
) -> Checkpoint:
    """Drops pieces that a text never uses, and then the rarest.

    Words whose piece is gone are cut into others: the single characters of
    the text always stay, as do special and added tokens. What stays keeps its
    order and is numbered anew.

    Args:
        checkpoint: one with weights and a vocabulary.
        texts: what the model will read; is gone through once.
        size: how many tokens may stay at most; None for all that are used.

    Returns:
        The same model with fewer tokens. Texts whose pieces all stayed give
        the same outputs, bit for bit.

    Raises:
        UserError: if the checkpoint has no weights or no vocabulary, the
            vocabulary is a `tokenizer.json` of an unknown kind, the text has
            no words, or `size` has no room for what must stay.
    """
    checkpoint.require_weights()
    preprocessor = checkpoint.get_preprocessor()
    if preprocessor is None:
        raise UserError(f"{checkpoint.source}: has no vocabulary to prune")
    tokenizer = preprocessor.tokenizer
    if tokenizer.kind not in _PRUNERS:
        raise UserError(
            f"{checkpoint.source}: its vocabulary is a tokenizer.json of a "
            f"kind that cannot be pruned; {' and '.join(_PRUNERS)} can"
        )
    kept = _choose(tokenizer, _count_pieces(tokenizer, texts), size)
    pruned = _keep(tokenizer, kept)
    weights = {
        name: array[kept] if name in _TABLES else array
        for name, array in checkpoint.weights.items()
    }
    config = dataclasses.replace(checkpoint.config, vocab_size=len(kept))
    pruned = TextPreprocessor(pruned, preprocessor.max_length)
    return dataclasses.replace(
        checkpoint,
        config=config,
        weights=weights,
        get_preprocessor=lambda: pruned,
    )


def _count_pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> np.ndarray:
    """How often a text has each token, int64 [V]."""
    words = collections.Counter()
    for text in texts:
        apart = text.split() if tokenizer.words_are_apart else [text]
        words.update(apart)
    if not words:
        raise UserError("the text has no words, so no piece would stay")
    counts = np.zeros(tokenizer.vocab_size, np.int64)
    for ids, number in zip(
        tokenizer.to_ids([*words]), words.values(), strict=True
    ):
        np.add.at(counts, ids, number)
    return counts


def _choose(tokenizer: Tokenizer, counts: np.ndarray, size: int | None):
    """The tokens that stay, in their order."""
    added = [token.id for token in tokenizer.settings.added_tokens]
    must = {
        tokenizer.pad_id,
        tokenizer.unk_id,
        tokenizer.cls_id,
        tokenizer.sep_id,
        tokenizer.mask_id,
        *added,
        *_characters(tokenizer, counts),
    }
    if size is not None and size < len(must):
        raise UserError(
            f"size={size} must be at least {len(must)}: special tokens, and "
            "the characters of the text"
        )
    used = [i for i in np.argsort(-counts, kind="stable") if counts[i] > 0]
    others = [int(i) for i in used if i not in must]
    room = None if size is None else size - len(must)
    return np.array(sorted([*must, *others[:room]]))


def _characters(tokenizer: Tokenizer, counts: np.ndarray) -> set[int]:
    """Pieces of one character, or of a byte, that the text needs.

    Both those that begin a word and those within one: of either kind, all
    characters that occur in a piece of the text.
    """
    ids = {piece: i for i, piece in enumerate(tokenizer.pieces)}
    letters = {
        letter
        for piece, count in zip(tokenizer.pieces, counts, strict=True)
        if count
        for letter in piece
    }
    marks = ("", "##") if tokenizer.kind == "wordpiece" else ("", "\u2581")
    forms = {mark + letter for mark in marks for letter in letters}
    bytes_ = {f"<0x{byte:02X}>" for byte in range(256)}
    return {ids[piece] for piece in (forms | bytes_ | {"\u2581"}) & ids.keys()}


# === The files ===


def _keep(tokenizer: Tokenizer, kept: np.ndarray) -> Tokenizer:
    """The tokenizer with some of its tokens, numbered anew."""
    numbers = {int(old): new for new, old in enumerate(kept)}
    with tempfile.TemporaryDirectory() as folder:
        configuration = tokenizer.save(folder)
        file = Path(folder, configuration["vocabulary"])
        file.write_bytes(_PRUNERS[tokenizer.kind](file.read_bytes(), numbers))
        configuration["added_tokens"] = [
            {**token, "id": numbers[token["id"]]}
            for token in configuration["added_tokens"]
        ]
        return restore_tokenizer(configuration, folder)


def _prune_wordpiece(data: bytes, kept) -> bytes:
    lines = data.removesuffix(b"\n").split(b"\n")
    return b"".join(
        line + b"\n" for number, line in enumerate(lines) if number in kept
    )


def _prune_sentencepiece(data: bytes, kept) -> bytes:
    parts, piece = [], -1
    for number, part in fields(data):
        piece += number == PIECE
        if number != PIECE or piece in kept:
            parts.append(part)
    return b"".join(parts)


_PRUNERS = {
    "wordpiece": _prune_wordpiece,
    "sentencepiece": _prune_sentencepiece,
}
