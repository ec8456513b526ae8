"""ALBERT's text clean-up, `preprocess_text` in the official tokenization.py."""

import itertools
import re
import unicodedata


def clean_text(text, lowercase=True):
    """Cleans a text the way ALBERT's vocabulary and models expect it.

    Runs of white space become one blank, compatibility characters are
    decomposed (NFKD), combining marks are dropped, then letters lower-cased.

    Args:
        text: str.
        lowercase: whether to lower-case.

    Returns:
        The cleaned str.
    """
    text = " ".join(text.split())
    if not text.isascii():  # NFKD leaves ASCII alone, and this is fast
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(itertools.filterfalse(unicodedata.combining, decomposed))
    return text.lower() if lowercase else text


def clean_spans(text):
    """Finds where each character of the cleaned text comes from.

    Decomposing character by character gives the same as decomposing the whole:
    the whole reorders combining marks only, which are dropped. A dropped mark
    belongs to the character before it. Lower-casing keeps the count (the one
    letter that would grow, a capital I with a dot, is decomposed before).

    Args:
        text: str, before cleaning.

    Returns:
        Two lists with one item for each character of `clean_text(text)`:
        where in `text` its source starts, and where it ends (exclusive).
    """
    starts, ends = [], []
    word_end = None
    for word in re.finditer(r"\S+", text):
        if word_end is not None:
            starts.append(word_end)
            ends.append(word.start())
        word_end = word.end()
        if word[0].isascii():  # the same as below, and fast
            starts.extend(range(word.start(), word_end))
            ends.extend(range(word.start() + 1, word_end + 1))
            continue
        for position in range(word.start(), word_end):
            for char in unicodedata.normalize("NFKD", text[position]):
                if not unicodedata.combining(char):
                    starts.append(position)
                    ends.append(position + 1)
                elif ends:
                    ends[-1] = position + 1
    return starts, ends
