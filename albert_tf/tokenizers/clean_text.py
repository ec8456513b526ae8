"""ALBERT's text clean-up, `preprocess_text` in the official tokenization.py."""

import itertools
import re
import unicodedata

from albert_tf.tokenizers.tokenizer_settings import (
    PUBLISHED,
    TRANSFORMERS,
)

QUOTES = ("``", "''")  # for Hugging Face's rule; LaTeX writes so


def clean_text(text, settings=PUBLISHED):
    """Cleans a text the way ALBERT's vocabulary and models expect it.

    Runs of white space become one blank, compatibility characters are
    decomposed (NFKD), combining marks are dropped, then letters lower-cased;
    all but what the settings leave out.

    Args:
        text: str.
        settings: a `TokenizerSettings`.

    Returns:
        The cleaned str.
    """
    if settings.collapse_spaces:
        text = " ".join(text.split())
    if settings.follows == TRANSFORMERS:
        for quote in QUOTES:
            text = text.replace(quote, '"')
        if settings.lowercase:  # there, letter by letter at first
            text = text.replace("\u03a3", "\u03c3")
    if settings.strip_accents is not False and not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(itertools.filterfalse(unicodedata.combining, decomposed))
    return text.lower() if settings.lowercase else text


def clean_spans(text, settings=PUBLISHED):
    """Finds where each character of the cleaned text comes from.

    Decomposing character by character gives the same as decomposing the whole:
    the whole reorders combining marks only, which are dropped. A dropped mark
    belongs to the character before it.

    Args:
        text: str, before cleaning.
        settings: a `TokenizerSettings`.

    Returns:
        Two lists with one item for each character of `clean_text(text,
        settings)`: where in `text` its source starts, and where it ends
        (exclusive).
    """
    starts, ends = [], []
    if settings.collapse_spaces:
        words = [match.span() for match in re.finditer(r"\S+", text)]
    else:
        words = [(0, len(text))]
    for index, (start, end) in enumerate(words):
        if index:
            starts.append(words[index - 1][1])
            ends.append(start)
        word = text[start:end]
        if word.isascii() and not any(map(word.__contains__, QUOTES)):
            starts.extend(range(start, end))  # the same as below, and fast
            ends.extend(range(start + 1, end + 1))
        else:
            _trace(word, start, settings, starts, ends)
    return starts, ends


def _trace(word, offset, settings, starts, ends):
    """Appends the spans of the cleaned characters of one word."""
    joins_quotes = settings.follows == TRANSFORMERS
    end = 0
    while end < len(word):
        start, end = end, end + 1
        characters = word[start]
        if joins_quotes and word[start : start + 2] in QUOTES:
            end = start + 2
        elif settings.strip_accents is not False:
            characters = unicodedata.normalize("NFKD", characters)
        for character in characters:
            if settings.strip_accents is not False and (
                unicodedata.combining(character)
            ):
                if ends:
                    ends[-1] = offset + end
                continue
            # One letter grows: a capital I with a dot, if it keeps the dot.
            size = len(character.lower()) if settings.lowercase else 1
            starts.extend([offset + start] * size)
            ends.extend([offset + end] * size)
