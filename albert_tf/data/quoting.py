"""Whether the quotes in a TSV file are part of its texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from albert_tf.errors import warn

# In quotes anything, with each quote doubled; else no quote.
_IN_QUOTES = r'"(?:[^"]++|"")*+'
_FIELD = rf'(?:{_IN_QUOTES}"|[^"\t]*+)'
_FIELDS = re.compile(rf"(?:^|\t)({_FIELD})")
_ROW = re.compile(rf"{_FIELD}(?:\t{_FIELD})*+[\r\n]*")
_END = re.compile("\r\n|\r|\n")
_BEGINNING = re.compile(rf"(?:{_FIELD}\t)*+{_IN_QUOTES}")
_ENOUGH_ROWS = 3  # which are all in quotes by no accident
_LONGEST_ROW = 2**20  # characters; then the first quote was an odd one


def has_quoted_fields(path: Path, lines: Iterator[tuple[int, str]]) -> bool:
    """Whether a TSV file quotes fields as pandas and spreadsheets do.

    They put a field in quotes if it holds a quote, which they double, a tab
    or a line end; or they quote all fields. In files as those of GLUE, a
    quote is a character like any other. A file is of the first kind if all of
    its quotes fit, and there is a doubled quote in a quoted field, a row that
    has the right number of fields only so, a header all in quotes, or a column
    that is in quotes in all of three rows or more.

    Warns if there is one of these, but not all quotes fit.

    Args:
        path: the file, for the warning.
        lines: its lines, with their numbers and ends.

    Returns:
        Whether to take quotes away, and halve doubled ones.
    """
    is_needed, width = False, 0
    always, count = None, 0  # columns that are always quoted, of so many rows
    for number, row in _rows(lines):
        if not row.strip() or (width and '"' not in row):
            always = set() if row.strip() else always
            continue
        if not _ROW.fullmatch(row):
            rest = (line for _, line in lines)
            if is_needed or _has_doubled(row) or any(map(_has_doubled, rest)):
                warn(
                    f"{path}: has fields in quotes with doubled quotes in "
                    f"them, but in line {number} a quote that is neither; all "
                    "quotes are kept, as part of the text",
                )
            return False
        fields = _FIELDS.findall(row.rstrip("\r\n"))
        quoted = {k for k, f in enumerate(fields) if f.startswith('"')}
        if width:
            always = quoted if always is None else always & quoted
            count += 1
        else:
            width = len(fields)
            is_needed = len(quoted) == width
        is_needed |= _has_doubled(row)
        is_needed |= len(fields) == width and any(
            line.count("\t") + 1 != width
            for line in _END.split(row.rstrip("\r\n"))
        )
    return is_needed or (count >= _ENOUGH_ROWS and bool(always))


def _rows(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Joins lines where a quoted field goes on; the number of the first."""
    parts, size = [], 0
    for number, line in lines:
        parts.append(line)
        size += len(line)
        if size < _LONGEST_ROW and _goes_on(parts):
            continue
        yield number - len(parts) + 1, "".join(parts)
        parts, size = [], 0
    if parts:
        yield number - len(parts) + 1, "".join(parts)


def _goes_on(parts: list[str]) -> bool:
    if '"' not in parts[-1]:
        return len(parts) > 1
    return _BEGINNING.fullmatch("".join(parts)) is not None


def _has_doubled(row: str) -> bool:
    """Whether a field in quotes has a doubled quote in it."""
    return '""' in row and any(
        '""' in field[1:-1] for field in _FIELDS.findall(row.rstrip("\r\n"))
    )
