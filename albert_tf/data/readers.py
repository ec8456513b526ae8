"""Files of labelled texts -> `Example`s."""

from __future__ import annotations

import csv
import dataclasses
import functools
import itertools
import json
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from albert_tf.data.columns import Columns, about_header, find_columns
from albert_tf.data.example import Example
from albert_tf.data.example_file import ExampleFile
from albert_tf.data.labels import class_name
from albert_tf.data.quoting import has_quoted_fields
from albert_tf.data.text_files import (
    LONGEST_LINE,
    Progress,
    bare_suffix,
    check_unicode,
    parse_object,
    read_lines,
    shorten,
    string_in,
)
from albert_tf.errors import UserError

# Endings of what `read_examples` reads.
TABLES = (".tsv", ".csv", ".jsonl", ".json")
# As pandas writes a value that is not there.
_MISSING = ("", "nan", "NaN", "<NA>")


def one_label(place: str, value: Any) -> str | None:
    """One label, as the file writes it; JSON text for numbers and booleans.

    Args:
        place: file and line, for the message.
        value: the field's text, or what the JSON has there; None for nothing.

    Returns:
        The string; None where the label is missing, also as pandas writes it:
        "nan", "NaN" or "<NA>".

    Raises:
        UserError: the value is a list or an object.
    """
    if isinstance(value, list | dict):
        raise UserError(
            f"{place}: a label must be a string or a number, got "
            f"{shorten(json.dumps(value))}"
        )
    if value is not None and not isinstance(value, str):
        value = json.dumps(value)
    if value in (None, *_MISSING):
        return None
    check_unicode(place, "the label", value)
    return value


def split_labels(place: str, value: Any) -> tuple[str, ...]:
    """Several labels: a list in JSON, else names with commas between them.

    Args:
        place: file and line, for the message.
        value: as in `one_label`.

    Returns:
        The labels without blanks around them, each once; maybe none.

    Raises:
        UserError: a list holds something else than strings and numbers.
    """
    if value is None:
        return ()
    if not isinstance(value, list):
        value = (one_label(place, value) or "").split(",")
    for label in value:
        if isinstance(label, list | dict | None):
            raise UserError(
                f"{place}: labels must be strings or numbers, got "
                f"{shorten(json.dumps(label))}"
            )
    names = [one_label(place, label) for label in value]
    names = [class_name(name) for name in names if name is not None]
    return tuple(dict.fromkeys(name for name in names if name))


def number_label(place: str, value: Any) -> float | None:
    """A number as a label.

    Args:
        place: file and line, for the message.
        value: as in `one_label`.

    Returns:
        The number; None where the label is missing.

    Raises:
        UserError: the label is something else, or not finite.
    """
    label = one_label(place, value)
    if label is None:
        return None
    try:
        number = float(label)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UserError(f'{place}: the label is "{label}"; numbers are needed')
    return number


def read_examples(
    path: str | os.PathLike,
    text_column: str | None = None,
    pair_column: str | None = None,
    label_column: str | None = None,
    require_labels: bool = True,
    *,
    columns: Sequence[str] | None = None,
    read_label: Callable[[str, Any], Any] = one_label,
    progress: Progress | None = None,
) -> ExampleFile:
    """Reads a table of texts.

    The suffix says what the file is: `.tsv`, `.csv` (quoted fields may hold
    commas and line ends) or `.jsonl` and `.json` (one object a line, or an
    array of objects); each also with `.gz`. UTF-8 only. The first row of a TSV
    or CSV file names the columns. A quote in a TSV file is a character like any
    other, as in GLUE's files, unless the file is as pandas writes it, see
    `has_quoted_fields`. Blank lines are passed over.

    Args:
        path: the file.
        text_column: where the texts are; None to find it by the usual names.
        pair_column: where the second texts of pairs are; None to find it, if
            `text_column` is None too, else there are none.
        label_column: where the labels are; None to find it.
        require_labels: whether a missing label is a mistake; if it is not,
            such examples get the label None.
        columns: the names of all columns of a TSV or CSV file whose first row
            is data already.
        read_label: makes a label of file and line and of a field or a JSON
            value; None says that it is missing.
        progress: is told, now and then, how many bytes of the file are done,
            and its size.

    Returns:
        The examples in the order of the file, at least one, and the columns.
        A text is never blank; the second text of a pair may be empty.

    Raises:
        UserError: the file, or the line that the message names, is not what
            is described above, or several columns may be meant.
    """
    path = Path(path)
    suffix = bare_suffix(path)
    if suffix not in TABLES:
        raise UserError(
            f'{path}: unknown kind of file "{suffix}"; one of '
            f"{', '.join(TABLES)} is needed, with or without .gz after it"
        )
    is_json = suffix.startswith(".json")
    table = _json_table if is_json else _table
    names, rows = table(path, columns, progress)
    wanted = Columns(text_column, pair_column, label_column)
    found = find_columns(path, names, wanted, require_labels)
    pick = _pick_values if is_json else _pick_fields
    picked = pick(path, names, rows, found)
    examples = _examples(path, found, picked, read_label, require_labels)
    read = dataclasses.astuple(found)
    others = [name for name in names if name and name not in read]
    examples = ExampleFile(path, found, examples, others)
    if not examples:
        raise UserError(f"{path}: has no rows")
    return examples


def _examples(path, found, picked, read_label, require_labels):
    # Equal labels, if not too many, are one object.
    share = functools.lru_cache(1000)(lambda label: label)
    for line, text, pair, value in picked:
        place = f"{path}:{line}"
        if not text or text.isspace():
            raise UserError(f'{place}: "{found.text}" is empty')
        label = None
        if found.label is not None:
            label = read_label(place, value)
            if label is None and require_labels:
                how = f'"{value}", so missing' if value else "missing or empty"
                raise UserError(f'{place}: "{found.label}" is {how}')
            if isinstance(label, str):
                label = share(label)
        yield Example(text, pair, label)


def _pick_fields(path, names, rows, found):
    """Text, pair and label of each row of a table."""
    text, pair, label = (
        None if column is None else names.index(column)
        for column in dataclasses.astuple(found)
    )
    for line, row in rows:
        yield (
            line,
            row[text],
            None if pair is None else row[pair],
            None if label is None else row[label],
        )


def _pick_values(path, names, rows, found):
    """Text, pair and label of each JSON object."""
    for line, row in rows:
        texts = [
            None if column is None else _string(f"{path}:{line}", row, column)
            for column in (found.text, found.pair)
        ]
        yield (line, *texts, row.get(found.label))


def _string(place, row, column):
    text = string_in(place, row, column)
    check_unicode(place, f'"{column}"', text)
    return text


def _json_table(path, columns, progress):
    """The names in the first object, and all objects with their lines."""
    if columns is not None:
        raise UserError(
            f"{path}: columns are for files without a header; JSON has names"
        )
    lines = (
        (number, line)
        for number, line in read_lines(path, progress=progress)
        if line.strip()
    )
    first = next(lines, (1, ""))
    lines = itertools.chain([first] if first[1] else [], lines)
    if ".jsonl" not in path.name.lower() and first[1].lstrip()[:1] == "[":
        rows = _array(path, lines)
    else:
        rows = ((n, parse_object(f"{path}:{n}", line)) for n, line in lines)
    first = _first(path, rows)
    return [*first[1]], itertools.chain([first], rows)


def _array(path, lines):
    """The objects of a JSON array, with their numbers."""
    try:
        values = json.loads("".join(line for _, line in lines))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}:1: not valid JSON: {error}") from None
    for number, value in enumerate(values, 1):
        if not isinstance(value, dict):
            raise UserError(
                f"{path}:1: a JSON object is needed for each item of the "
                f"array, item {number} is {shorten(json.dumps(value))}"
            )
        yield number, value


def _table(path, columns, progress):
    """The names of the columns, and all rows with their lines."""
    lines = read_lines(path, progress=progress)
    if path.name.lower().removesuffix(".gz").endswith(".csv"):
        rows = _csv_rows(path, lines, ",")
    elif has_quoted_fields(path, read_lines(path)):
        rows = _csv_rows(path, lines, "\t")
    else:
        rows = ((n, line.rstrip("\r\n").split("\t")) for n, line in lines)
    rows = ((n, fields) for n, fields in rows if any(map(str.strip, fields)))
    first = _first(path, rows)
    names = [name.strip() for name in columns or first[1]]
    # Spreadsheets leave columns without a name behind, which nobody wants.
    twice = next((n for n in names if n and names.count(n) > 1), None)
    if twice is not None:
        place = "columns" if columns else "the header"
        raise UserError(
            f'{path}: {place} names "{shorten(twice)}" more than once'
            + ("" if columns else about_header(names))
        )
    if columns:
        if first[1] == names:
            raise UserError(
                f"{path}: has a header with these names already; leave "
                "columns out"
            )
        rows = itertools.chain([first], rows)
    return names, _of_width(path, names, rows)


def _first(path, rows):
    first = next(rows, None)
    if first is None:
        raise UserError(f"{path}: is empty")
    return first


def _csv_rows(path, lines, delimiter):
    reader = csv.reader(
        (line for _, line in lines), delimiter=delimiter, strict=True
    )
    # The limit, one for the whole process, would refuse texts of 128 kB.
    limit = csv.field_size_limit(LONGEST_LINE)
    line = 1  # where the row begins; a quoted field may hold line ends
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        mistake = str(error).partition(" - ")[0]
        raise UserError(f"{path}:{line}: not valid CSV: {mistake}") from None
    finally:
        csv.field_size_limit(limit)


def _of_width(path, names, rows):
    for line, fields in rows:
        if len(fields) != len(names):
            raise UserError(
                f"{path}:{line}: {len(fields)} "
                f"column{'s' if len(fields) > 1 else ''}, but the header names "
                f"{len(names)}"
            )
        yield line, fields
