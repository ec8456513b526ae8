"""Compares the tokenizers of the page with Python's: ids and places.

    python android_demo/web/checks/web_tokens.py [--strings 2000] [--text FILE]

For each tokenizer and kind of text a line with the number of differences; ends
with 1 if there is any.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

WEB = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(WEB.parent / "checks"))

import hostile_texts  # noqa: E402
import kotlin_places  # noqa: E402

from albert_tf.tokenizers import (  # noqa: E402
    SentencePieceTokenizer,
    WordPieceTokenizer,
)

_ROOT = WEB.parents[1]
_BYTE_PIECES = _ROOT / "tests/data/real_world/byte_fallback/spiece.model"


def main():
    """Compares as much as is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--strings", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--text", type=pathlib.Path, help="one text a line")
    arguments = parser.parse_args()
    corpora = {
        kind: hostile_texts.texts(kind, arguments.strings, arguments.seed)
        for kind in hostile_texts.kinds()
    }
    if arguments.text is not None:
        text = arguments.text.read_text(encoding="utf-8")
        corpora["lines"] = text.split("\n")
    codes = set()
    for kind, texts in corpora.items():
        for name, tokenizer in tokenizers().items():
            print(f"{name:32s} {kind:15s}", end=" ", flush=True)
            codes.add(compare(tokenizer, texts))
    sys.exit(max(codes))


def tokenizers():
    """The published ones, and others with settings that they do not have."""
    transformers = {"follows": "transformers"}
    plain = {"lowercase": False, "strip_accents": False}
    return {
        "English": SentencePieceTokenizer(),
        "English, transformers": SentencePieceTokenizer(**transformers),
        "English, as it is written": SentencePieceTokenizer(
            **plain, collapse_spaces=False
        ),
        "byte pieces": SentencePieceTokenizer(_BYTE_PIECES),
        "Chinese": WordPieceTokenizer(),
        "Chinese, transformers": WordPieceTokenizer(**transformers),
        "Chinese, as it is written": WordPieceTokenizer(
            **plain, split_ideographs=False
        ),
    }


def compare(tokenizer, texts):
    """Prints the number of differences; 1 if there are any, else 0."""
    with tempfile.TemporaryDirectory() as folder:
        vocabulary = pathlib.Path(folder, "vocabulary")
        vocabulary.write_bytes(tokenizer.data)
        head = {
            "configuration": tokenizer.configuration,
            "vocabulary": str(vocabulary),
        }
        rows = pathlib.Path(folder, "rows.jsonl")
        with rows.open("w") as file:
            for row in (head, *(tokens(tokenizer, text) for text in texts)):
                file.write(f"{json.dumps(row)}\n")
        script = WEB / "test" / "support" / "compare.js"
        return subprocess.run(["node", script, rows], check=False).returncode


def tokens(tokenizer, text):
    """A text with its tokens, without special ones."""
    ids, _, places, _ = kotlin_places.expected(tokenizer, text, None, 10**6)
    pairs = zip(ids, places, strict=True)
    found = [[int(token), *place] for token, place in pairs]
    return {"text": text, "tokens": found[1:-1]}


if __name__ == "__main__":
    main()
