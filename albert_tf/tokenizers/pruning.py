"""Vocabularies without some of their pieces."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from albert_tf.errors import UserError
from albert_tf.tokenizers import sentencepiece_file
from albert_tf.tokenizers.sentencepiece_tokenizer import (
    SentencePieceTokenizer,
    ends_number,
)
from albert_tf.tokenizers.tokenizer import Tokenizer
from albert_tf.tokenizers.wordpiece_tokenizer import (
    WordPieceTokenizer,
    read_pieces,
)


def keep_pieces(tokenizer: Tokenizer, kept: Sequence[int]) -> Tokenizer:
    """The same tokenizer with some of its pieces only.

    A text of known words has the same pieces as before if all of them are
    kept. In the place of others the tokenizer finds pieces that are.

    Args:
        tokenizer: see `check_prunable`.
        kept: ids of the pieces that stay, rising; `fixed_ids` are there.

    Returns:
        A tokenizer of the same settings whose ids are the places in `kept`.
    """
    new_ids = {int(old): new for new, old in enumerate(kept)}
    added = tuple(
        dataclasses.replace(token, id=new_ids[token.id])
        for token in tokenizer.settings.added_tokens
    )
    settings = dataclasses.replace(tokenizer.settings, added_tokens=added)
    if tokenizer.kind == SentencePieceTokenizer.kind:
        data = sentencepiece_file.keep_pieces(tokenizer._data, new_ids)
    else:
        pieces = read_pieces(tokenizer._data, "to prune")
        lines = [pieces[i] for i in new_ids if i < len(pieces)]
        data = "".join(f"{line}\n" for line in lines).encode()
    pruned = object.__new__(type(tokenizer))
    pruned.__setstate__({"data": data, "settings": settings})
    return pruned


def fixed_ids(tokenizer: Tokenizer) -> set[int]:
    """Ids of the pieces that have to stay.

    These are special and added tokens, and pieces of SentencePiece without
    which text that does not have them might be cut otherwise: those that are
    cut out first, stand for bytes, or are cut again ("9,").

    Args:
        tokenizer: see `check_prunable`.
    """
    fixed = {
        tokenizer.pad_id,
        tokenizer.unk_id,
        tokenizer.cls_id,
        tokenizer.sep_id,
        tokenizer.mask_id,
        *(token.id for token in tokenizer.settings.added_tokens),
    }
    if tokenizer.kind == SentencePieceTokenizer.kind:
        pieces = sentencepiece_file.read_pieces(tokenizer._data)
        normal = [i for i, piece in enumerate(pieces) if piece.is_normal]
        fixed |= {*range(len(pieces))} - {*normal}
        fixed |= {i for i in normal if ends_number(pieces[i].text)}
    return fixed


def check_prunable(tokenizer: Tokenizer, source: str) -> None:
    """Checks that pieces can be taken out one by one.

    Args:
        tokenizer: any.
        source: what it belongs to, for the message.

    Raises:
        UserError: it is neither WordPiece nor SentencePiece with a unigram
            model, the usual kind.
    """
    if tokenizer.kind == WordPieceTokenizer.kind:
        return
    if tokenizer.kind != SentencePieceTokenizer.kind:
        raise UserError(
            f"{source}: its vocabulary is a tokenizer.json, which cannot be "
            "pruned; vocabularies of WordPiece and SentencePiece can"
        )
    if not sentencepiece_file.is_unigram(tokenizer._data):
        raise UserError(
            f"{source}: its SentencePiece model is not of the usual kind "
            "(unigram): its pieces are made of others, so that it cannot be "
            "pruned"
        )
