"""BERT's text clean-up, `BasicTokenizer` in the official tokenization.py."""

import itertools
import string
import unicodedata

from albert_tf.tokenizers.tokenizer_settings import (
    TRANSFORMERS,
    TokenizerSettings,
)

_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class BasicText:
    """Turns text into words with one blank between them.

    Control characters go, ideographs and punctuation marks become words,
    letters are lower-cased and lose their accents; all but what the settings
    leave out.

    Args:
        settings: a `TokenizerSettings` that says whether to strip accents.
    """

    def __init__(self, settings: TokenizerSettings):
        self._lowercase = settings.lowercase
        self._strips = settings.strip_accents
        self._as_transformers = settings.follows == TRANSFORMERS
        self._cleaned = _Cleaned(
            settings.split_ideographs,
            ("C",) if self._as_transformers else ("Cc", "Cf"),
        )
        self._parted = _Parted()

    @property
    def composes(self) -> bool:
        """Whether characters become what their neighbours make of them.

        Composing (NFC) changes nothing where letters and marks are taken
        apart and marks dropped afterwards.
        """
        return self._as_transformers and not self._strips

    def before_case(self, text: str) -> str:
        """The first half: what is done before letters are lower-cased.

        Letters and marks are not composed; see `composes`.
        """
        if self._as_transformers and self._lowercase:
            text = _lower_each(text)
        return text.translate(self._cleaned)

    def behind_case(self, text: str) -> str:
        """The second half, with blanks that are yet to be collapsed."""
        if self._strips and not text.isascii():
            text = unicodedata.normalize("NFD", text)
            text = "".join(itertools.filterfalse(_is_mark, text))
        return text.translate(self._parted)

    def __call__(self, text: str) -> str:
        """The words of a text, one blank between them."""
        text = self.before_case(text)
        if self._as_transformers:
            text = unicodedata.normalize("NFC", text)
        if self._lowercase:
            text = text.lower()
        return " ".join(self.behind_case(text).split())

    def find_spans(self, text: str) -> tuple[list[int], list[int]]:
        """Where each character of the words comes from.

        A dropped mark belongs to the letter before it.

        Returns:
            Two lists with one item for each character of what calling this
            gives: where in `text` its source starts, and where it ends
            (exclusive).
        """
        traced = [(c, i, i + 1) for i, c in enumerate(text)]
        if self._as_transformers and self._lowercase:
            traced = _map(traced, str.lower)
        traced = _map(traced, lambda c: c.translate(self._cleaned))
        if self.composes:
            traced = _compose(traced)
        if self._lowercase:
            traced = _map(traced, str.lower)
        if self._strips:
            traced = _map(traced, lambda c: unicodedata.normalize("NFD", c))
            traced = _drop_marks(traced)
        traced = _map(traced, lambda c: c.translate(self._parted))
        starts, ends = [], []
        is_between = False
        for character, start, end in traced:
            if character.isspace():
                is_between = bool(ends)
                continue
            if is_between:
                starts.append(ends[-1])
                ends.append(start)
                is_between = False
            starts.append(start)
            ends.append(end)
        return starts, ends


class _Cleaned(dict):
    """What becomes of each character first; learned as they come."""

    def __init__(self, splits_ideographs, dropped):
        self._splits_ideographs = splits_ideographs
        self._dropped = dropped

    def __missing__(self, code):
        character = chr(code)
        category = unicodedata.category(character)
        if character in "\t\n\r" or category == "Zs":
            self[code] = " "
        elif character in "\0\ufffd" or category.startswith(self._dropped):
            self[code] = ""
        elif self._splits_ideographs and any(
            first <= code <= last for first, last in _IDEOGRAPHS
        ):
            self[code] = f" {character} "
        else:
            self[code] = character
        return self[code]


class _Parted(dict):
    """Punctuation marks, with blanks around them; learned as they come."""

    def __missing__(self, code):
        character = chr(code)
        is_mark = character in string.punctuation or (
            unicodedata.category(character).startswith("P")
        )
        self[code] = f" {character} " if is_mark else character
        return self[code]


def _is_mark(character):
    return unicodedata.category(character) == "Mn"


def _lower_each(text):
    """Letter by letter: `str.lower` knows one letter by its neighbours."""
    return text.replace("\u03a3", "\u03c3").lower()


def _map(traced, function):
    """Replaces each character; what comes of it has its span."""
    return [
        (new, start, end)
        for character, start, end in traced
        for new in function(character)
    ]


def _drop_marks(traced):
    kept = []
    for item in traced:
        if not _is_mark(item[0]):
            kept.append(item)
            continue
        letter = len(kept) - 1
        # The blank behind an ideograph has the same start.
        if letter > 0 and kept[letter][:2] == (" ", kept[letter - 1][1]):
            letter -= 1
        if letter >= 0 and not kept[letter][0].isspace():
            kept[letter] = (*kept[letter][:2], item[2])
    return kept


def _compose(traced):
    """NFC. What is composed of several characters has the span of all."""
    composed, waiting = [], []
    for item in [*traced, (" ", 0, 0)]:
        text = "".join(character for character, *_ in waiting)
        if waiting and _stands_alone(item[0], text):
            new = unicodedata.normalize("NFC", text)
            start, end = waiting[0][1], waiting[-1][2]
            if len(new) == len(waiting):
                composed += [
                    (c, *w[1:]) for c, w in zip(new, waiting, strict=True)
                ]
            else:
                composed += [(c, start, end) for c in new]
            waiting = []
        waiting.append(item)
    return composed


def _stands_alone(character, before):
    """Whether it composes with nothing before it."""
    if character.isascii():
        return True
    if unicodedata.combining(character):
        return False
    both = unicodedata.normalize("NFC", before + character)
    parts = unicodedata.normalize("NFC", before), character
    return both == parts[0] + unicodedata.normalize("NFC", parts[1])
