"""What changes a text word by word."""

from __future__ import annotations

import abc
from collections.abc import Sequence

import numpy as np

from albert_tf.errors import require
from albert_tf.tagging.words import split_words

_APOSTROPHES = ("'", "’")


class WordAugmentation(abc.ABC):
    """Changes a share of the words of a text; what is between them stays.

    A word has a letter or a digit; a character of a script without blanks is
    a word of its own.

    Args:
        rate: the share of words, above 0 and up to 1. At least one word is
            changed.

    Raises:
        UserError: if the rate is something else.
    """

    def __init__(self, rate: float):
        check_rate(rate)
        self.rate = rate

    def __call__(
        self, texts: Sequence[str], rng: np.random.Generator
    ) -> list[str]:
        """A variant of each text; the text itself where none can be made."""
        return [self.change(text, words_of(text), rng) for text in texts]

    @abc.abstractmethod
    def change(
        self,
        text: str,
        words: list[tuple[int, int]],
        rng: np.random.Generator,
    ) -> str:
        """A variant of a text.

        Args:
            text: any.
            words: characters (begin, end) of its words, end exclusive.
            rng: where random numbers come from.
        """


def check_rate(rate: float, name: str = "rate") -> None:
    """Raises `UserError` unless it is one, see `WordAugmentation`."""
    require(0 < rate <= 1, "must be above 0, and 1 at most", **{name: rate})


def draw(
    words: Sequence[tuple[int, int]], rate: float, rng: np.random.Generator
) -> list[int]:
    """The numbers of the words to change, in order; none of no words."""
    number = min(len(words), max(1, round(rate * len(words))))
    return sorted(rng.choice(len(words), number, replace=False).tolist())


def words_of(text: str) -> list[tuple[int, int]]:
    """Characters (begin, end) of the words with a letter or a digit.

    Those with an apostrophe between them, such as "isn't", are one.
    """
    words: list[tuple[int, int]] = []
    for begin, end in split_words(text):
        if not any(map(str.isalnum, text[begin:end])):
            continue
        if words and text[words[-1][1] : begin] in _APOSTROPHES:
            begin, _ = words.pop()
        words.append((begin, end))
    return words


def replaced(
    text: str, words: Sequence[tuple[int, int]], others: dict[int, str]
) -> str:
    """A text with other words.

    Args:
        text: any.
        words: characters (begin, end) of its words.
        others: by the numbers of words what stands there instead.
    """
    parts, last = [], 0
    for number in sorted(others):
        begin, end = words[number]
        parts += [text[last:begin], others[number]]
        last = end
    return "".join([*parts, text[last:]])
