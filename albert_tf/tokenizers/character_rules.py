"""What tokenizers do to each character, for graphs that look it up.

Python's own clean-up is asked about every character once, so that its Unicode
tables count and not those of whoever runs the graph.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from albert_tf.tokenizers.basic_text import BasicText
from albert_tf.tokenizers.number_map import PAGE, NumberMap

CHARACTERS = 0x110000
BLANK = -1  # white space of which runs become one blank
SIGMA, SMALL_SIGMA, FINAL_SIGMA = 0x3A3, 0x3C3, 0x3C2
CASED, IGNORABLE = 1, 2  # for the rule of the final sigma
MARK, NOTHING = 1, 2  # what letters have on them, and what is dropped

_SURROGATES = range(0xD800, 0xE000)  # which no text holds


def map_characters(
    rule: Callable[[str], str],
    is_blank: Callable[[str], bool] = lambda character: False,
) -> NumberMap:
    """What becomes of all characters.

    Args:
        rule: of a text what takes its place, which is what takes the places
            of its characters, one after the other.
        is_blank: which of these are `BLANK`.
    """
    changes = {}
    for characters in all_characters():
        # Most do not change; one by one it takes a minute to find that out.
        text = "".join(characters)
        if rule(text) == text and not any(map(is_blank, text)):
            continue
        for character in characters:
            changes[ord(character)] = [
                BLANK if is_blank(new) else ord(new) for new in rule(character)
            ]
    return NumberMap.of(changes, CHARACTERS)


def lower(text: str) -> str:
    """In lower case but for the one letter whose neighbours matter."""
    return chr(SIGMA).join(part.lower() for part in text.split(chr(SIGMA)))


@functools.cache
def blanks() -> NumberMap:
    """White space as `BLANK`, all else as it is."""
    return map_characters(lambda text: text, str.isspace)


@functools.cache
def sigma_kinds() -> NumberMap:
    """Which characters make a capital sigma a final one in lower case.

    `CASED` or `IGNORABLE` is what the map adds to a character of the kind.
    Python's `str.lower` is asked, as nothing else tells.
    """
    changes = {}
    for characters in all_characters():
        sigma, asked = chr(SIGMA), [c for c in characters if c != "\n"]
        tests = "\n".join(f"{c}{sigma}\nA{c}{sigma}" for c in asked)
        finals = [ord(t[-1]) == FINAL_SIGMA for t in tests.lower().split("\n")]
        for character, alone, behind in zip(
            asked, finals[::2], finals[1::2], strict=True
        ):
            if alone or behind:
                kind = CASED if alone else IGNORABLE
                changes[ord(character)] = [ord(character) + kind]
    return NumberMap.of(changes, CHARACTERS)


def mark_kinds(basic_text: BasicText) -> NumberMap:
    """Which characters are dropped, and which of them belong to a letter.

    `MARK` or `NOTHING` is what the map adds to a character of the kind.

    Args:
        basic_text: drops them.
    """

    def kind(character):
        before = basic_text.before_case(character)
        if not before:
            return NOTHING
        return 0 if basic_text.behind_case(before) else MARK

    return map_kinds(kind)


def map_kinds(kind: Callable[[str], int]) -> NumberMap:
    """What the map adds to a character is its kind.

    Args:
        kind: of a character the number of its kind, which is small.
    """
    changes = {}
    for characters in all_characters():
        for character in characters:
            number = kind(character)
            if number:
                changes[ord(character)] = [ord(character) + number]
    return NumberMap.of(changes, CHARACTERS)


def all_characters() -> Iterator[list[str]]:
    """Yields all characters that a text may hold, `PAGE` at a time."""
    for start in range(0, CHARACTERS, PAGE):
        if start not in _SURROGATES:
            yield [chr(code) for code in range(start, start + PAGE)]
