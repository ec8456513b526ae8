"""Lines that were cut at a fixed width -> the lines of the text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

_ENOUGH_LINES = 1000  # to tell the width of a file
_WIDTHS = range(30, 121)  # characters
_INDENT = 4  # what the first line of a paragraph may lack
# Scripts without blanks: kana, ideographs, and their punctuation.
_UNSPACED = (
    "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
)
_FIRST_WORD = re.compile(f"[{_UNSPACED}]|[^\\s{_UNSPACED}]+")
_ENDS_UNSPACED = re.compile(f"[-{_UNSPACED}]$")
_ENDS_SENTENCE = re.compile("[.!?:;。！？：；…][\"'”’»)\\]」』）]*$")


def unwrap(documents: Iterable[list[str]]) -> Iterator[list[str]]:
    """Joins lines that were cut at a fixed width, as in plain-text books.

    The beginning of a file tells whether it is such a one: hardly any of its
    lines has room for the first word of the next, and most of them end within
    a sentence. Then every line without that room is joined with the next.

    Args:
        documents: lines of each, none blank, nor with white space around it.

    Yields:
        The documents; with the same lines if the file is another.
    """
    documents = iter(documents)
    head, lines = [], 0
    while lines < _ENOUGH_LINES and (document := next(documents, None)):
        head.append(document)
        lines += len(document)
    width = _find_width(head)
    for document in itertools.chain(head, documents):
        yield document if width is None else _join(document, width)


def _find_width(documents: list[list[str]]) -> int | None:
    lengths = sorted(len(line) for document in documents for line in document)
    if not lengths:
        return None
    # A few, such as addresses of pages, could not be cut.
    width = lengths[len(lengths) * 99 // 100]
    pairs = [pair for lines in documents for pair in itertools.pairwise(lines)]
    full = [line for line, after in pairs if _is_full(line, after, width)]
    within = [line for line in full if not _ENDS_SENTENCE.search(line)]
    is_wrapped = (
        width in _WIDTHS
        and len(full) > 2
        and len(full) > 0.7 * len(pairs)
        and len(within) > 0.5 * len(full)
    )
    return width if is_wrapped else None


def _is_full(line: str, after: str, width: int) -> bool:
    """Whether the first word of the next line had no room in this one."""
    word = len(_FIRST_WORD.match(after)[0])
    return len(line) + len(_gap(line, after)) + word > width - _INDENT


def _gap(line: str, after: str) -> str:
    """What stood between two lines before they were cut."""
    if _ENDS_UNSPACED.search(line) or _ENDS_UNSPACED.match(after[0]):
        return ""
    return " "


def _join(lines: list[str], width: int) -> list[str]:
    joined = lines[:1]
    for line, after in itertools.pairwise(lines):
        if _is_full(line, after, width):
            joined[-1] += _gap(line, after) + after
        else:
            joined.append(after)
    return joined
