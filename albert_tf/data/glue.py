"""The files of the GLUE benchmark, as they are given out."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from albert_tf.data.columns import Columns
from albert_tf.data.example import Example
from albert_tf.data.example_file import ExampleFile
from albert_tf.data.readers import one_label
from albert_tf.data.text_files import Progress, read_lines, shorten
from albert_tf.errors import UserError, warn


@dataclasses.dataclass(frozen=True, slots=True)
class GlueExample(Example):
    """An example of a test file.

    Attributes:
        index: what the file calls it.
    """

    index: str = ""


@dataclasses.dataclass(frozen=True)
class GlueColumns:
    """Which columns a task's files have.

    Attributes:
        texts: those of the text, or of both.
        label: that of the label.
        headless: the names of all columns of files without a header.
    """

    texts: tuple[str, ...]
    label: str
    headless: tuple[str, ...] | None = None


def read_glue(
    path: Path,
    columns: GlueColumns,
    labelled: bool = True,
    read_label: Callable[[str, Any], Any] = one_label,
    progress: Progress | None = None,
) -> ExampleFile:
    """Reads a `.tsv` file of GLUE, or of CoLA itself.

    A quote is a character like any other. Rows with fewer columns than the
    header, as QQP has some, are left out as in the official code, with a
    warning that counts them.

    Args:
        path: the file, also with `.gz`.
        columns: which it has.
        labelled: whether a file without labels is a mistake; where it is not,
            labels are not read, and the examples have an `index`.
        read_label: makes a label of file and line, and of a field.
        progress: is told bytes done and bytes in all.

    Raises:
        UserError: it is another task's file, has no rows, or lacks a label.
    """
    lines = (
        (number, line.rstrip("\r\n").split("\t"))
        for number, line in read_lines(path, progress=progress)
        if line.strip()
    )
    first = next(lines, None)
    if first is None:
        raise UserError(f"{path}: is empty")
    names, rows = first[1], lines
    if columns.headless and len(names) == len(columns.headless):
        names, rows = [*columns.headless], itertools.chain([first], lines)
    found = _find(path, names, columns, labelled)
    make = _labelled if labelled else _numbered
    examples, short = [], 0
    for number, fields in rows:
        if len(fields) < len(names):
            short += 1
            continue
        row = dict(zip(names, fields, strict=False))
        examples.append(make(f"{path}:{number}", row, found, read_label))
    if short:
        warn(f"{path}: {short:,} rows are left out, as they lack columns")
    if not examples:
        raise UserError(f"{path}: has no rows")
    return ExampleFile(path, found, examples)


def _find(path, names, columns: GlueColumns, labelled: bool) -> Columns:
    """The names that the file has."""
    wanted = [*columns.texts, *[columns.label] * labelled]
    if not set(wanted) <= set(names):
        raise UserError(
            f"{path}: needs the columns {', '.join(wanted)}; there are "
            f"{shorten(', '.join(names))}"
        )
    text, pair = (*columns.texts, None)[:2]
    return Columns(text, pair, columns.label if labelled else None)


def _labelled(place, row, found: Columns, read_label) -> Example:
    label = read_label(place, row[found.label])
    if label is None:
        raise UserError(f'{place}: "{found.label}" is missing or empty')
    return Example(*_texts(place, row, found), label)


def _numbered(place, row, found: Columns, read_label) -> GlueExample:
    index = row.get("index") or row.get("id") or ""
    return GlueExample(*_texts(place, row, found), None, index)


def _texts(place, row, found: Columns) -> tuple[str, str | None]:
    if not row[found.text].strip():
        raise UserError(f'{place}: "{found.text}" is empty')
    return row[found.text], None if found.pair is None else row[found.pair]
