"""Characters a second of the Kotlin tokenizer and of SentencePiece's own.

    python benchmarks/kotlin_tokenizer.py [--text FILE]

One thread each, the same paragraphs, in turns. SentencePiece only cuts text
that is already clean; Kotlin also cleans it and finds the places of the tokens.
"""

import argparse
import pathlib
import sys
import time

import sentencepiece

from albert_tf.tokenizers import SentencePieceTokenizer, WordPieceTokenizer
from albert_tf.tokenizers.clean_text import clean_text

ROOT = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "android_demo" / "checks"))

import kotlin_core  # noqa: E402

_TEXT = ROOT / "tests" / "data" / "books_excerpt.txt"
_LEAST_CHARACTERS = 400_000
_MOST_TOKENS = 10**6
_LINES = 12  # of a paragraph
_ROUNDS = 100  # the best counts; the first ones warm the JVM up


def main():
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--text", type=pathlib.Path, default=_TEXT)
    lines = parser.parse_args().text.read_text(encoding="utf-8").splitlines()
    texts = [
        " ".join(lines[i : i + _LINES]) for i in range(0, len(lines), _LINES)
    ]
    texts *= -(-_LEAST_CHARACTERS // sum(map(len, texts)))
    characters = sum(map(len, texts))
    kotlin_core.start()
    english = SentencePieceTokenizer()
    results = best_times(
        {
            "sentencepiece from Python": sentencepiece_run(english, texts),
            "Kotlin SentencePiece": kotlin_run(english, texts),
            "Kotlin WordPiece": kotlin_run(WordPieceTokenizer(), texts),
        }
    )
    base = results["sentencepiece from Python"]
    print(f"{characters:,} characters in {len(texts):,} paragraphs")
    for name, seconds in results.items():
        print(
            f"{name:27s} {characters / seconds / 1e6:6.2f} million characters "
            f"a second {base / seconds:5.2f}"
        )


def sentencepiece_run(tokenizer, texts):
    """What cuts all texts, which are cleaned before."""
    model = sentencepiece.SentencePieceProcessor(model_proto=tokenizer.data)
    cleaned = [clean_text(text) for text in texts]
    return lambda: [model.encode(text) for text in cleaned]


def kotlin_run(tokenizer, texts):
    """What cuts all texts, with the calls from Python."""
    kotlin = kotlin_core.java_tokenizer(tokenizer)
    texts = [kotlin_core.java_text(text) for text in texts]
    return lambda: [kotlin.encode(text, None, _MOST_TOKENS) for text in texts]


def best_times(runs):
    """Seconds of each one, of this thread alone.

    The JVM compiles in others, as do they who share the machine.
    """
    seconds = dict.fromkeys(runs, float("inf"))
    for _ in range(_ROUNDS):
        for name, run in runs.items():
            start = time.thread_time()
            run()
            taken = time.thread_time() - start
            seconds[name] = min(seconds[name], taken)
    return seconds


if __name__ == "__main__":
    main()
