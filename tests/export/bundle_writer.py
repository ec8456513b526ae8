"""Writes bundles as `export.bundle` does, and such as it never would."""

import hashlib
import json
import struct
import zlib

from albert_tf.config import AlbertConfig

NETWORK = bytes(range(256)) * 40
VOCABULARY = b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na"
CONFIG = AlbertConfig(
    vocab_size=6,
    embedding_size=8,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=64,
).to_dict()
LOCAL = struct.Struct("<4sHHHHHLLLHH")
ENTRY = struct.Struct("<4sHHHHHHLLLHHHHHLL")
END = struct.Struct("<4sHHHHLLH")


def manifest(network=NETWORK, **changes):
    return {
        "format": 2,
        "model": "AlbertClassifier",
        "config": CONFIG,
        "quantization": "float32",
        "task": "classification",
        "settings": {"labels": ["no", "yes"]},
        "preprocessor": {
            "max_length": 32,
            "tokenizer": {
                "tokenizer": "wordpiece",
                "vocabulary": "vocabulary.txt",
                "lowercase": True,
            },
            "vocabulary_sha256": hashlib.sha256(VOCABULARY).hexdigest(),
        },
        "network_bytes": len(network),
        "network_sha256": hashlib.sha256(network).hexdigest(),
        **changes,
    }


def deflate(content):
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return compressor.compress(content) + compressor.flush()


def pack(members, network=NETWORK, end=(), before_end=b""):
    """A file whose directory may lie.

    `members` has name and content, perhaps fields of the directory's entry
    that say something else, and perhaps what is really stored.
    """
    body, directory = network, b""
    for name, content, *more in members:
        lies = more[0] if more else {}
        stored = more[1] if len(more) > 1 else deflate(content)
        fields = {
            "flags": 0,
            "method": 8,
            "crc": zlib.crc32(content),
            "packed": len(stored),
            "size": len(content),
            "offset": len(body),
            "extra": b"",
            **lies,
        }
        name = name.encode()
        sizes = (fields["crc"], fields["packed"], fields["size"])
        common = (fields["flags"], fields["method"], 0, 33)
        body += LOCAL.pack(b"PK\3\4", 20, *common, *sizes, len(name), 0)
        body += name + stored
        directory += ENTRY.pack(
            b"PK\1\2",
            20,
            20,
            *common,
            *sizes,
            len(name),
            len(fields["extra"]),
            *(0, 0, 0, 0),
            fields["offset"],
        )
        directory += name + fields["extra"]
    directory += before_end
    values = {
        "entries": len(members),
        "length": len(directory),
        "offset": len(body),
        **dict(end),
    }
    return (
        body
        + directory
        + END.pack(
            b"PK\5\6",
            *(0, 0, values["entries"], values["entries"]),
            values["length"],
            values["offset"],
            0,
        )
    )


def members(values=None):
    text = json.dumps(values or manifest()).encode()
    return [("vocabulary.txt", VOCABULARY), ("albert_tf.json", text)]
