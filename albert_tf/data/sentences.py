"""Where sentences end."""

from __future__ import annotations


def split_sentences(line: str, language: str = "en") -> list[str]:
    """Cuts a line into sentences; nothing but white space is lost.

    Args:
        line: a line or paragraph.
        language: code of the language whose abbreviations are known, such as
            "en" or "zh"; others are cut by punctuation alone.

    Returns:
        The sentences, without blanks around them; none of a blank line.
    """
    import sentencex

    pieces = map(str.strip, sentencex.segment(language, line))
    return [piece for piece in pieces if piece]
