"""Whether another version of SentencePiece says the same places.

A SavedModel takes the places of tokens from the SentencePiece that whoever
serves it has linked, TensorFlow Serving 0.1.96. That one runs in a Python of
its own, which needs nothing of ours:

    python -m benchmarks.sentencepiece_versions write cases.json
    other/bin/python benchmarks/sentencepiece_versions.py compare cases.json
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import sys
from pathlib import Path

import sentencepiece

_GOLDENS = "tests/data/tokenizer/vectors.jsonl.gz"
_HOSTILE = 5000
# Letters that grow, shrink, go, or are composed.
_PARTS = (
    *("\u03a3", "\u0130", "\u1e9e", "\ufb01", "\ufb03", "e\u0301", "\u0323"),
    *("\u302e", "\u0e31", "\u093f", "\u00a8", "\u00bd", "\u2026", "\u0344"),
    *("\uac00", "\u1100", "\u1161", "\u11a8", "\u4e2d", "\U00030000", "a", "."),
    *(
        " ",
        "\t",
        "\u00a0",
        "\u2028",
        "\u3000",
        "\u200b",
        "\x07",
        "\0",
        "\u00ad",
    ),
    *("1,", "9", "21,054,", "\u0669,", "``", "(", '"', "\u2581", "[MASK]"),
    *("the", "Cat", "\ufffd", "\ufffe", "\U0001f600", "\U0010ffff", "x" * 99),
)


def write(path: str) -> None:
    """Texts, raw and cleaned, and what our tokenizer knows of them."""
    from albert_tf.tokenizers import SentencePieceTokenizer
    from albert_tf.tokenizers.clean_text import clean_text
    from albert_tf.tokenizers.sentencepiece_file import character_model

    tokenizer = SentencePieceTokenizer()
    with gzip.open(_GOLDENS, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    draw = random.Random(0)
    for _ in range(_HOSTILE):
        texts.append("".join(draw.choices(_PARTS, k=draw.randint(1, 12))))
    texts += [clean_text(text) for text in texts]
    model = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.data)
    cases = {
        "vocabulary": _text_of(tokenizer.data),
        "characters": _text_of(character_model(tokenizer.data)),
        "texts": texts,
        "sources": [model.normalize(x, with_offsets=True)[1] for x in texts],
        "ids": model.encode(texts),
    }
    Path(path).write_text(json.dumps(cases))


def compare(path: str) -> None:
    """Prints for how many texts this version says something else."""
    cases = json.loads(Path(path).read_text())
    whole, characters = (
        sentencepiece.SentencePieceProcessor() for _ in range(2)
    )
    whole.LoadFromSerializedProto(base64.b64decode(cases["vocabulary"]))
    characters.LoadFromSerializedProto(base64.b64decode(cases["characters"]))
    texts = cases["texts"]
    places = ids = 0
    for number, text in enumerate(texts):
        places += _sources(characters, text) != cases["sources"][number]
        ids += whole.EncodeAsIds(text) != cases["ids"][number]
    print(f"{len(texts)} texts: {places} with other places, {ids} other ids")


def _text_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _sources(model, text: str) -> list[int]:
    """Where each character that the model makes of a text comes from."""
    character_of = [i for i, c in enumerate(text) for _ in c.encode()]
    character_of.append(len(text))
    pieces = [
        dict(_fields(value))
        for number, value in _fields(model.encode_as_serialized_proto(text))
        if number == 2
    ]
    starts = [
        character_of[piece.get(4, 0)]
        for piece in pieces
        if not 0x80 <= piece.get(2, 0) <= 0xBF  # goes on with a character
    ]
    end = character_of[pieces[-1].get(5, 0)] if pieces else 0
    return [*starts, end]


def _fields(data: bytes):
    """Number and value of each field of a message."""
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        value, position = _varint(data, position)
        if key & 7:  # it has a length
            value, position = (
                data[position : position + value],
                position + value,
            )
        yield key >> 3, value


def _varint(data: bytes, position: int):
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, position


if __name__ == "__main__":
    {"write": write, "compare": compare}[sys.argv[1]](sys.argv[2])
