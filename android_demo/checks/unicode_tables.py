"""Writes the Unicode tables of the Kotlin library, as Python knows them.

The ICU of a device and the tables of Java differ by version, and a model
learned from texts that Python cleaned. So the library brings Python's own
tables: run this with the Python whose Unicode version is to count.

    python android_demo/checks/unicode_tables.py
"""

import itertools
import pathlib
import unicodedata

from albert_tf.data.words import UNSPACED
from albert_tf.tokenizers.character_rules import (
    CASED,
    CHARACTERS,
    IGNORABLE,
    SIGMA,
    sigma_kinds,
)
from albert_tf.tokenizers.number_map import PAGE

_TARGET = (
    pathlib.Path(__file__).parents[1]
    / "core/src/main/kotlin/io/github/alberttf/unicode/UnicodeTables.kt"
)
# In the order of the numbers of `UnicodeData`.
CATEGORIES = [
    "Cn", "Cc", "Cf", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu",
    "Mc", "Me", "Mn", "Nd", "Nl", "No", "Pc", "Pd", "Pe", "Pf",
    "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs",
]  # fmt: skip
_SPACE, _UNSPACED, _DIGIT = 32, 64, 128
# Sixty-four characters that need no escape in a Kotlin string.
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-"
_LINE = 90
_LAST = 2**15  # letters of a string; a class file holds twice as many
_DOTTED = 0x130  # the capital I that becomes two characters in lower case
_HANGUL = range(0xAC00, 0xD7A4)  # which are taken apart by a rule


def main():
    """Writes the file."""
    characters = [chr(code) for code in range(CHARACTERS)]
    tables = {
        "PROPERTIES": runs([*map(properties, characters)]),
        "COMBINING": runs([*map(unicodedata.combining, characters)]),
        "SIGMA_KINDS": runs(kinds_for_sigma()),
        "LOWER": lower_case(characters),
        "DECOMPOSITIONS": decompositions(characters),
    }
    parts = [
        "// Written by android_demo/checks/unicode_tables.py; not to be "
        "edited.\n\npackage io.github.alberttf.unicode\n\n"
        "/** What `UnicodeData` reads, as Python's `unicodedata` has it. */\n"
        "internal object UnicodeTables {\n"
        f'    const val VERSION = "{unicodedata.unidata_version}"\n'
    ]
    for name, numbers in tables.items():
        parts.append(constant(name, "".join(map(digits, numbers))))
    _TARGET.parent.mkdir(parents=True, exist_ok=True)
    _TARGET.write_text("".join([*parts, "}\n"]), encoding="utf-8")
    print(f"{_TARGET.name}: {_TARGET.stat().st_size:,} bytes")


def properties(character):
    """Category and what else is asked of a character, as one number."""
    value = CATEGORIES.index(unicodedata.category(character))
    if character.isspace():
        value += _SPACE
    if not character.isascii() and unicodedata.name(character, "").startswith(
        UNSPACED
    ):
        value += _UNSPACED
    if character.isdigit():
        value += _DIGIT
    return value


def kinds_for_sigma():
    """0, `CASED` or `IGNORABLE` for each character."""
    rules = sigma_kinds()
    kinds = [int(kind) for page in rules.page_of for kind in rules.pages[page]]
    if {*kinds} != {0, CASED, IGNORABLE} or len(kinds) % PAGE:
        raise SystemExit("the rule of the final sigma is another one")
    for code, kind in enumerate(kinds):
        small = chr(code).lower()
        if kinds[ord(small[0])] != kind and code != SIGMA:
            raise SystemExit(f"U+{code:04X} is of another kind in lower case")
    return kinds


def lower_case(characters):
    """For each letter with another in lower case: the gap, the difference."""
    numbers, last = [], 0
    for code, character in enumerate(characters):
        small = character.lower()
        if small == character or code == _DOTTED:
            continue
        if len(small) > 1 or (ord(small) > 0xFFFF) != (code > 0xFFFF):
            raise SystemExit(f"U+{code:04X} grows in lower case")
        numbers += [code - last, signed(ord(small) - code)]
        last = code
    return numbers


def decompositions(characters):
    """For each character that is made of others: gap, kind, number, those.

    The kind is 0 if they are composed to it again, 1 if not, and 2 if they
    are only compatible. Each of them is the difference to what stood at the
    same place before.
    """
    numbers, last, before = [], 0, [0] * 32
    for code, character in enumerate(characters):
        parts = unicodedata.decomposition(character).split()
        if not parts or code in _HANGUL:
            continue
        kind = 2 if parts[0].startswith("<") else 1
        codes = [int(part, 16) for part in parts if not part.startswith("<")]
        text = "".join(map(chr, codes))
        if kind == 1 and unicodedata.normalize("NFC", text) == character:
            kind = 0
        numbers += [code - last, kind + 3 * (len(codes) - 1)]
        for place, new in enumerate(codes):
            numbers.append(signed(new - before[place]))
            before[place] = new
        last = code
    return numbers


def runs(values):
    """The number of different values, these, then of each run: length, which.

    Which one is told by its place among them, the most frequent first.
    """
    found = [
        (value, sum(1 for _ in run)) for value, run in itertools.groupby(values)
    ]
    counts = {}
    for value, _ in found:
        counts[value] = counts.get(value, 0) + 1
    palette = sorted(counts, key=lambda value: (-counts[value], value))
    places = {value: place for place, value in enumerate(palette)}
    numbers = [len(palette), *palette]
    for value, length in found:
        numbers += [length, places[value]]
    return numbers


def signed(number):
    """A number of at least 0 for one that may be below."""
    return 2 * number if number >= 0 else -2 * number - 1


def digits(number):
    """A number, five bits a letter; the sixth says that more follow."""
    letters = []
    while number > 31:
        letters.append(_DIGITS[32 + number % 32])
        number //= 32
    return "".join([*letters, _DIGITS[number]])


def constant(name, text):
    """Kotlin source of a list of strings, which may not be long."""
    parts = [text[i : i + _LAST] for i in range(0, len(text), _LAST)]
    source = [f"\n    val {name} =\n        listOf(\n"]
    for part in parts:
        lines = [part[i : i + _LINE] for i in range(0, len(part), _LINE)]
        joined = '" +\n                "'.join(lines)
        source.append(f'            "{joined}",\n')
    return "".join([*source, "        )\n"])


if __name__ == "__main__":
    main()
