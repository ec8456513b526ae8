"""Compares the Kotlin tokenizers with Python's: ids, segments and offsets.

    python android_demo/checks/tokenizer_parity.py

Prints a line for each tokenizer and kind of text, with the number of
differences, and ends with 1 if there is any.
"""

import argparse
import gzip
import json
import pathlib
import random
import sys
import time
import unicodedata

import hostile_texts
import kotlin_core
import kotlin_places

from albert_tf.tokenizers import SentencePieceTokenizer, WordPieceTokenizer

_ROOT = pathlib.Path(__file__).parents[2]
_GOLDENS = _ROOT / "tests" / "data" / "tokenizer"
_SENTENCES = (
    "english_text/*.txt.gz",
    "chinese_text/*.txt.gz",
    "multi30k/train.*.gz",
    "books/*.txt.gz",
)
# Settings beside the published ones, of which fewer strings are compared.
_OTHER_SETTINGS = (
    {"lowercase": False},
    {"strip_accents": False},
    {"collapse_spaces": False},
    {"follows": "transformers"},
    {"follows": "transformers", "lowercase": False, "strip_accents": False},
)
_OTHER_WORDPIECE = (
    {"lowercase": False},
    {"strip_accents": False},
    {"split_ideographs": False},
    {"follows": "transformers"},
    {"follows": "transformers", "strip_accents": False},
    {"follows": "transformers", "lowercase": False, "strip_accents": True},
)
_SHARE_OF_OTHERS = 20


def main():
    """Compares as much as is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sentences", type=int, default=50_000)
    parser.add_argument("--strings", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--data", type=pathlib.Path, help="a folder with real texts"
    )
    arguments = parser.parse_args()
    print(f"Unicode {unicodedata.unidata_version}")
    differences = 0
    for kind, texts in corpora(arguments).items():
        for name, python, share in tokenizers():
            part = texts[: -(-len(texts) // share)]
            start = time.perf_counter()
            wrong = different(python, part)
            differences += len(wrong)
            print(
                f"{name:60s} {kind:15s} {len(part):7,d} texts "
                f"{len(wrong):5d} differences "
                f"{time.perf_counter() - start:6.1f} s",
                *(ascii(text)[:200] for text in wrong[:3]),
                flush=True,
            )
    sys.exit(1 if differences else 0)


def tokenizers():
    """Names, Python's tokenizers, and of how many texts one is compared."""
    found = [
        ("English", SentencePieceTokenizer(), 1),
        ("Chinese", WordPieceTokenizer(), 1),
    ]
    for changes in _OTHER_SETTINGS:
        one = SentencePieceTokenizer(**changes)
        found.append((f"English {_brief(changes)}", one, _SHARE_OF_OTHERS))
    for changes in _OTHER_WORDPIECE:
        one = WordPieceTokenizer(**changes)
        found.append((f"Chinese {_brief(changes)}", one, _SHARE_OF_OTHERS))
    byte_pieces = _ROOT / "tests/data/real_world/byte_fallback/spiece.model"
    one = SentencePieceTokenizer(byte_pieces)
    return [*found, ("byte pieces", one, _SHARE_OF_OTHERS)]


def corpora(arguments):
    """Texts by their kind."""
    found = {"goldens": golden_texts()}
    if arguments.data is not None:
        found["sentences"] = real_sentences(
            arguments.data, arguments.sentences, arguments.seed
        )
    for kind in hostile_texts.kinds():
        found[kind] = hostile_texts.texts(
            kind, arguments.strings, arguments.seed
        )
    return found


def golden_texts():
    """The texts of which Google's ids are known."""
    with gzip.open(_GOLDENS / "vectors.jsonl.gz", "rt") as file:
        return [json.loads(line)["text"] for line in file]


def real_sentences(folder, number, seed):
    """Lines of all files, drawn at random."""
    lines = []
    files = [path for glob in _SENTENCES for path in folder.glob(glob)]
    for path in sorted(files):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            lines += [line.strip() for line in file if not line.isspace()]
    draw = random.Random(seed)
    return draw.sample(lines, min(number, len(lines)))


def different(python, texts, max_length=512):
    """The texts of which Kotlin makes something else."""
    kotlin_core.start()
    kotlin = kotlin_core.java_tokenizer(python)
    return [
        text
        for text in texts
        if kotlin_core.encoded(kotlin, text, max_length=max_length)
        != kotlin_places.expected(python, text, max_length=max_length)
    ]


def _brief(changes):
    return " ".join(f"{name}={value}" for name, value in changes.items())


if __name__ == "__main__":
    main()
