"""The bytes of a SentencePiece model, a protocol buffer.

Read without the library's own module for it, which runs with the very version
of protobuf only that it was made with.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence

_PIECES, _TRAINER, _NORMALIZER, _SELF_TEST = 1, 2, 3, 4  # fields of a model
_TEXT, _TYPE = 1, 3  # fields of a piece
# Fields of the trainer's options.
_MODEL_TYPE, _VOCAB_SIZE, _BYTE_FALLBACK = 3, 4, 35
_SPECIAL_IDS = (40, 41, 42, 43)  # unknown, begin, end, padding
# Fields of the normalizer.
_CHARACTERS, _COLLAPSE, _RULES = 2, 4, 6
_NORMAL, _UNKNOWN, _BY_USER, _UNUSED, _BYTE, _UNIGRAM = 1, 2, 4, 5, 6, 1
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5  # kinds of values


@dataclasses.dataclass(frozen=True)
class Piece:
    """An entry of the vocabulary.

    Attributes:
        text: what it stands for.
        is_normal: whether the model chooses it; others are special, are cut
            out first, or stand for bytes.
        is_by_user: whether it is cut out first.
    """

    text: str
    is_normal: bool
    is_by_user: bool


def is_complete(data: bytes) -> bool:
    """Whether a serialized model has its normalizer.

    A file cut between two pieces is still a message that loads, but pieces
    come first and the normalizer after all of them.

    Raises:
        IndexError: it is cut elsewhere.
    """
    # Not by `_fields`: whoever loads a vocabulary waits for it. All fields of a
    # model have a size, most of them one of a single byte.
    found, position = False, 0
    while position < len(data):
        found |= data[position] >> 3 == _NORMALIZER
        size, position = data[position + 1], position + 2
        if size > 127:
            size, position = _read_varint(data, position - 1)
        position += size
    return found


def is_unigram(data: bytes) -> bool:
    """Whether the model chooses pieces by scores that each has to itself."""
    return _options(data).get(_MODEL_TYPE, _UNIGRAM) == _UNIGRAM


def read_pieces(data: bytes) -> list[Piece]:
    """The vocabulary, in the order of the ids."""
    pieces = []
    for number, value, _ in _fields(data):
        if number == _PIECES:
            piece = {n: v for n, v, _ in _fields(value)}
            kind = piece.get(_TYPE, _NORMAL)
            pieces.append(
                Piece(piece[_TEXT].decode(), kind == _NORMAL, kind == _BY_USER)
            )
    return pieces


def keep_pieces(data: bytes, kept: Sequence[int]) -> bytes:
    """The model without some pieces.

    Args:
        data: a serialized model.
        kept: ids of the pieces that stay, rising; all special ones are there.

    Returns:
        A serialized model; the ids are the places in `kept`.
    """
    new_ids = {old: new for new, old in enumerate(kept)}
    parts, index = [], 0
    for number, _, raw in _fields(data):
        if number == _PIECES:
            if index in new_ids:
                parts.append(raw)
            index += 1
        elif number != _SELF_TEST:  # texts and their pieces
            parts.append(raw)
    changes = {_VOCAB_SIZE: len(kept)}
    for number, value in _options(data).items():
        if number in _SPECIAL_IDS and value in new_ids:
            changes[number] = new_ids[value]
    # Of a message that is written twice, the later one's fields count.
    options = b"".join(
        varint(number << 3 | _VARINT) + varint(value)
        for number, value in changes.items()
    )
    return b"".join([*parts, _message(_TRAINER, options)])


def with_rules(
    data: bytes, rules: bytes, collapse: bool, unused: Collection[int]
) -> bytes:
    """The model with other rules of normalization.

    Args:
        data: a serialized model.
        rules: a serialized model of any pieces that has the rules.
        collapse: whether runs of blanks become one; if not, as it was.
        unused: ids of pieces that are never to be chosen, but stay.

    Returns:
        A serialized model.
    """
    parts, index = [], 0
    for number, value, raw in _fields(data):
        if number == _PIECES:
            if index in unused:
                kind = varint(_TYPE << 3 | _VARINT) + varint(_UNUSED)
                raw = _message(_PIECES, value + kind)  # the later one counts
            index += 1
        elif number == _NORMALIZER:
            raw = b"".join(
                part
                for field, _, part in _fields(value)
                if field not in (_CHARACTERS, _RULES)
            )
            raw += _message(_CHARACTERS, _characters(rules))
            if collapse:
                raw += varint(_COLLAPSE << 3 | _VARINT) + varint(1)
            raw = _message(_NORMALIZER, raw)
        if number != _SELF_TEST:  # texts and their pieces
            parts.append(raw)
    return b"".join(parts)


def _characters(data: bytes) -> bytes:
    """The rules of a model's normalizer as the library compiled them."""
    return next(
        value
        for field, message, _ in _fields(data)
        if field == _NORMALIZER
        for number, value, _ in _fields(message)
        if number == _CHARACTERS
    )


def character_model(data: bytes) -> bytes:
    """The model without pieces of several characters.

    It cleans texts as the whole one does, then cuts them into characters, and
    those that have no piece into their bytes.

    Args:
        data: a serialized model.

    Returns:
        A serialized model; its ids are 0 to 255 for the bytes, 256 for what is
        unknown, which is nothing, and more for characters.
    """
    parts = [_piece(f"<0x{byte:02X}>", _BYTE) for byte in range(256)]
    parts.append(_piece("<unk>", _UNKNOWN))
    rest = []
    for number, value, raw in _fields(data):
        if number == _PIECES:
            piece = {n: v for n, v, _ in _fields(value)}
            is_chosen = piece.get(_TYPE, _NORMAL) in (_NORMAL, _BY_USER)
            if is_chosen and len(piece[_TEXT].decode()) == 1:
                parts.append(raw)
        elif number != _SELF_TEST:
            rest.append(raw)
    options = varint(_BYTE_FALLBACK << 3 | _VARINT) + varint(1)
    rest.append(_message(_TRAINER, options))
    return b"".join([*parts, *rest])


def _piece(text: str, kind: int) -> bytes:
    content = _message(_TEXT, text.encode())
    content += varint(_TYPE << 3 | _VARINT) + varint(kind)
    return _message(_PIECES, content)


def _message(number: int, content: bytes) -> bytes:
    """A field that has a length."""
    return varint(number << 3 | _BYTES) + varint(len(content)) + content


def _options(data: bytes) -> dict[int, int | bytes]:
    """The trainer's options, by field."""
    return {
        number: value
        for field, message, _ in _fields(data)
        if field == _TRAINER
        for number, value, _ in _fields(message)
    }


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes, bytes]]:
    """Number, value and bytes of each field of a message."""
    position = 0
    while position < len(data):
        start = position
        key, position = _read_varint(data, position)
        kind = key & 7
        if kind == _VARINT:
            value, position = _read_varint(data, position)
        else:
            size = {_FIXED_64: 8, _FIXED_32: 4}.get(kind)
            if size is None:
                size, position = _read_varint(data, position)
            value = data[position : position + size]
            position += size
        yield key >> 3, value, data[start:position]


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    """A whole number, seven bits a byte, and the position behind it."""
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, position


def varint(value: int) -> bytes:
    """A whole number as protocol buffers have it, seven bits a byte."""
    parts = []
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])
