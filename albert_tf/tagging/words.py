"""Text -> words, to give tags to."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable

from albert_tf.data.words import UNSPACED


def split_words(
    text: str, borders: Iterable[int] = ()
) -> tuple[tuple[int, int], ...]:
    """Where the words of a text are.

    A word is a run of letters, digits and what is put on them; every other
    character that is not blank is a word of its own, and so is each character
    of a script that puts no blanks between words.

    Args:
        text: any.
        borders: characters before which a word ends in any case, as entities
            do.

    Returns:
        Characters (begin, end) of each, end exclusive.
    """
    borders, words, begin = set(borders), [], 0
    kinds = [kind_of(character) for character in text]
    for place, (kind, after) in enumerate(
        itertools.zip_longest(kinds, kinds[1:])
    ):
        goes_on = after == "mark" or (kind == after == "letter")
        if kind == "mark" and after == "letter":
            goes_on = kinds[begin] == "letter"
        if goes_on and place + 1 not in borders:
            continue
        if kinds[begin] != "blank":
            words.append((begin, place + 1))
        begin = place + 1
    return tuple(words)


def kind_of(character: str) -> str:
    """What a character does to the word before it.

    Returns:
        "letter", "mark", "single" or "blank", see `split_words`.
    """
    category = unicodedata.category(character)
    if category[0] == "M":
        return "mark"
    if character.isspace() or category in ("Cc", "Cf"):
        return "blank"
    if not character.isascii() and unicodedata.name(character, "").startswith(
        UNSPACED
    ):
        return "single"
    return "letter" if category[0] in "LN" else "single"
