"""Lines -> sentences."""

from __future__ import annotations

import re

from albert_tf.errors import UserError

_CODE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]+)*")
# Open quotes make sentencex look at all that follows, for each of them.
_AT_ONCE = 20_000


def split_sentences(line: str, language: str = "en") -> list[str]:
    """Splits where sentences end, by the rules of sentencex.

    Args:
        line: of text.
        language: code of the rules, such as "en" or "zh". A language that
            sentencex has no rules for gets those of a related one, or else
            English.

    Returns:
        The sentences, none blank nor with white space around it. Together
        they have every character of the line that is not white space.

    Raises:
        UserError: `language` is no such code, or sentencex is not installed.
    """
    if not _CODE.fullmatch(language):
        raise UserError(
            f'language="{language}" must be a code such as "en" or "zh"'
        )
    try:
        import sentencex
    except ImportError:
        raise UserError(
            "splitting sentences needs pip install sentencex"
        ) from None
    pieces, rest = [], ""
    for start in range(0, len(line), _AT_ONCE):
        part = rest + line[start : start + _AT_ONCE]
        *whole, rest = sentencex.segment(language, part)
        pieces += whole
    pieces.append(rest)
    return [sentence for sentence in map(str.strip, pieces) if sentence]
