"""Texts made plainer, as corpora were for models that count words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from albert_tf.data.cleaning import CleaningOptions, clean_document
from albert_tf.tagging.words import kind_of


class CleanUp:
    """Takes from texts what a model that counts words has no use for.

    A pre-trained model has: it has learned from whole sentences, and "not" is
    a stop word.

    Args:
        html: removes tags, and entities become characters.
        lowercase: small letters only.
        stop_words: words to leave out, in whatever case.
    """

    def __init__(
        self,
        html: bool = False,
        lowercase: bool = False,
        stop_words: Iterable[str] = (),
    ):
        self._options = CleaningOptions(html=html) if html else None
        self._lowercase = lowercase
        self._stop_words = _pattern(stop_words)

    def __call__(self, text: str) -> str:
        """The text as it is wanted; "" where nothing is left of it."""
        if self._options is not None:
            lines, _ = clean_document(text.splitlines(), self._options)
            text = " ".join(lines)
        if self._lowercase:
            text = text.lower()
        if self._stop_words is not None:
            text = self._stop_words.sub("", text)
        return text.strip()


def _pattern(words: Iterable[str]) -> re.Pattern | None:
    """Finds words, and the blanks before them; None for no words."""
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    if not longest_first:
        return None
    return re.compile(
        rf"\s*(?:{'|'.join(map(_whole, longest_first))})", re.IGNORECASE
    )


def _whole(word: str) -> str:
    """Not within another word, where blanks tell words apart."""
    begin, end = (
        "" if kind_of(letter) == "single" else limit
        for letter, limit in (
            (word[0], r"(?<![\w'’])"),
            (word[-1], r"(?![\w'’])"),
        )
    )
    return begin + re.escape(word) + end
