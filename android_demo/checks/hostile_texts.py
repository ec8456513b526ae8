"""Random strings of the kinds at which tokenizers are known to differ."""

import functools
import random
import sys
import unicodedata

_WORDS = [
    "the", "quick", "Brown", "fox", "Jumped", "über", "naïve", "café",
    "ΣΊΣΥΦΟΣ", "İstanbul", "straße", "don't", "U.S.A.", "中文", "文字",
    "日本語", "한국어", "हिन्दी", "ไทย", "привет", "мир", "עברית", "العربية",
]  # fmt: skip
_SPECIAL = [
    "[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "<pad>", "<unk>", "<s>",
    "</s>", "[cls]", "▁", "▁▁", "##ing", "##", "<0x41>", "<0xE4>",
    "[CLS][SEP]", "[MASK]ed", "``quoted''", "'''", "(.)", "£", "€", "–", "-",
]  # fmt: skip
_ZERO_WIDTH = [*map(chr, (
    0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD, 0x34F, 0x61C, 0x180E, 0x2028,
    0x2029, 0x85, 0xA0, 0x3000, 0x1C, 0x1F, 0x0, 0x7F, 0x9F, 0x115F, 0x1160,
    0x202F, 0x205F, 0x1680, 0xFFFD, 0xE000, 0xFFFF, 0x10FFFF,
))]  # fmt: skip
_EMOJI = [
    "👨‍👩‍👧‍👦", "👍🏽", "❤️", "🏳️‍🌈", "🇩🇪", "1️⃣", "☺",
    "🫠", "🧑🏿‍🚀", "©️", "™", "😀",
]  # fmt: skip
_PUNCTUATION = [*"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~¡¿«»…“”‘’、。「」"]


def kinds():
    """The makers of strings, by the name of their kind."""
    return {
        "numbers": _numbers,
        "zero_width": _of(_ZERO_WIDTH),
        "unassigned": lambda draw: _mixed(draw, _characters("Cn")),
        "special_tokens": _of(_SPECIAL),
        "marks": lambda draw: _mixed(draw, _characters("M"), 0.7),
        "moving_marks": lambda draw: _mixed(draw, _moving_marks(), 0.8),
        "right_to_left": lambda draw: _mixed(draw, _right_to_left()),
        "emoji": _of(_EMOJI),
        "long_words": _long_word,
        "letters": lambda draw: _mixed(draw, _characters("L")),
        "compatible": lambda draw: _mixed(draw, _compatible()),
        "any": lambda draw: _mixed(draw, _any()),
        "half_pairs": lambda draw: _mixed(draw, _half_pairs()),
    }


def texts(kind, number, seed=0):
    """So many strings of a kind; the same each time."""
    draw = random.Random(f"{kind} {seed}")
    make = kinds()[kind]
    return [make(draw) for _ in range(number)]


def _of(pool):
    return lambda draw: _mixed(draw, pool)


def _mixed(draw, pool, share=0.5):
    """Words, marks and what is in the pool, with and without blanks."""
    parts = []
    for _ in range(draw.randint(1, 12)):
        if draw.random() < share:
            parts.append(draw.choice(pool))
        else:
            parts.append(draw.choice(draw.choice((_WORDS, _PUNCTUATION))))
        if draw.random() < 0.4:
            parts.append(
                draw.choice((" ", " ", " ", "  ", "\t", "\n", "\u00a0"))
            )
    return "".join(parts)


def _numbers(draw):
    """Numbers with commas and points between and behind digits."""
    digits = draw.choice(("0123456789", "0123456789", "٠١٢٣٤٥٦٧٨٩", "²³¹⁰①②"))
    parts = []
    for _ in range(draw.randint(1, 6)):
        groups = ["".join(draw.choices(digits, k=draw.randint(1, 4)))
                  for _ in range(draw.randint(1, 5))]  # fmt: skip
        parts.append(draw.choice((",", ",", ".", ",,")).join(groups))
        parts.append(draw.choice((",", ", ", " ", "", "x, ", "€")))
    return "".join(parts)


def _long_word(draw):
    pool = draw.choice(
        ("abcdefghij", "éüñ", "中文字", "ab12,", "Σσς", "ab\u0301c")
    )
    size = draw.choice((90, 100, 101, 150, 199, 200, 201, 300, 600))
    return " ".join(
        "".join(draw.choices(pool, k=size)) for _ in range(draw.randint(1, 2))
    )


@functools.cache
def _any():
    return [c for c in map(chr, range(sys.maxunicode + 1)) if not _is_half(c)]


@functools.cache
def _half_pairs():
    return [chr(code) for code in range(0xD800, 0xE000, 37)]


@functools.cache
def _characters(category):
    return [c for c in _any() if unicodedata.category(c).startswith(category)]


@functools.cache
def _moving_marks():
    """Marks that stay and others, which go; they stand in another order."""
    marks = [c for c in _characters("M") if unicodedata.combining(c)]
    stay = [c for c in marks if unicodedata.category(c) != "Mn"]
    return stay + random.Random(0).sample(marks, len(stay))


@functools.cache
def _right_to_left():
    return [
        c for c in _any() if unicodedata.bidirectional(c) in ("R", "AL", "AN")
    ]


@functools.cache
def _compatible():
    return [c for c in _any() if unicodedata.decomposition(c)]


def _is_half(character):
    return "\ud800" <= character <= "\udfff"
