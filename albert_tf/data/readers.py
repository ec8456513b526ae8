"""Files of labelled texts -> `Example`s."""

import codecs
import csv
import difflib
import io
import json
import pathlib
import re

from albert_tf.data.example import Example
from albert_tf.data.text_files import (
    open_bytes,
    parse_object,
    shorten,
    string_in,
)
from albert_tf.errors import UserError


def read_examples(
    path,
    text_column=None,
    pair_column=None,
    label_column="label",
    require_labels=True,
) -> list[Example]:
    """Reads a table of texts.

    The suffix says what the file is: `.tsv` (a quote is a character like any
    other, as in GLUE's files), `.csv` (quoted fields may hold commas and line
    ends) or `.jsonl` and `.json` (one object a line); each also with `.gz`.
    UTF-8 only. The first row of a TSV or CSV file names the columns. Blank
    lines are passed over.

    Args:
        path: the file.
        text_column: where the texts are; by default the first of "text",
            "sentence" and "sentence1" that is there.
        pair_column: where the second texts of pairs are; by default
            "sentence2" if the texts were found in "sentence1", else nowhere.
        label_column: where the labels are. In JSON they may be numbers or
            booleans, which are kept as their JSON text.
        require_labels: whether a missing label is a mistake; if it is not,
            such examples get the label None.

    Returns:
        The examples in the order of the file, at least one. A text is never
        blank; the second text of a pair may be empty.

    Raises:
        UserError: the file, or the line that the message names, is not what
            is described above.
    """
    path = pathlib.Path(path)
    rows = _row_reader(path)(path, _read_text(path))
    if not rows:
        raise UserError(f"{path}: has no rows")
    columns = list(rows[0][1])
    if text_column is None:
        text_column = _default_text_column(path, columns)
        if text_column == "sentence1" and "sentence2" in columns:
            pair_column = pair_column or "sentence2"
    required = [text_column]
    if pair_column is not None:
        required.append(pair_column)
    if require_labels:
        required.append(label_column)
    for column in required:
        _check_column(path, column, columns)
    return [
        Example(
            text=_text(place, row, text_column),
            pair=pair_column
            and _text(place, row, pair_column, may_be_empty=True),
            label=_label(place, row, label_column, require_labels),
        )
        for place, row in rows
    ]


def _row_reader(path):
    readers = {
        ".tsv": _tsv_rows,
        ".csv": _csv_rows,
        ".jsonl": _json_rows,
        ".json": _json_rows,
    }
    suffix = pathlib.Path(path.name.lower().removesuffix(".gz")).suffix
    if suffix not in readers:
        raise UserError(
            f'{path}: unknown kind of file "{suffix}"; one of '
            f"{', '.join(readers)} is needed, with or without .gz after it"
        )
    return readers[suffix]


def _read_text(path):
    with open_bytes(path) as file:
        data = file.read().removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = error.start - data.rfind(b"\n", 0, error.start)
        raise UserError(
            f"{path}:{line}: not UTF-8 (byte {byte} of the line is "
            f"0x{data[error.start]:02x}); save the file as UTF-8"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UserError(f"{path}:{line}: has a NUL character")
    if not text.strip():
        raise UserError(f"{path}: is empty")
    return text


def _tsv_rows(path, text):
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    fields = (
        (number, line.split("\t"))
        for number, line in enumerate(lines, 1)
        if line
    )
    return _named(path, fields)


def _csv_rows(path, text):
    def fields():
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        line = 1  # where the row begins; a quoted field may hold line ends
        try:
            for row in reader:
                if row:
                    yield line, row
                line = reader.line_num + 1
        except csv.Error as error:
            raise UserError(f"{path}:{line}: not valid CSV: {error}") from None

    # The limit, one for the whole process, would refuse texts of 128 kB.
    limit = csv.field_size_limit(len(text) + 1)
    try:
        return _named(path, fields())
    finally:
        csv.field_size_limit(limit)


def _named(path, numbered_fields):
    """Gives fields the names in the first row: `[(place, {name: field})]`."""
    numbered_fields = iter(numbered_fields)
    _, header = next(numbered_fields)
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise UserError(f'{path}: the header names "{twice}" more than once')
    rows = []
    for line, fields in numbered_fields:
        if len(fields) != len(header):
            raise UserError(
                f"{path}:{line}: {_count(fields)}, but the header names "
                f"{len(header)}"
            )
        rows.append((f"{path}:{line}", dict(zip(header, fields, strict=True))))
    return rows


def _count(fields):
    return f"{len(fields)} column{'s' if len(fields) > 1 else ''}"


def _json_rows(path, text):
    rows = []
    for line, source in enumerate(text.split("\n"), 1):
        if source.strip():
            place = f"{path}:{line}"
            rows.append((place, parse_object(place, source)))
    return rows


def _default_text_column(path, columns):
    for column in ("text", "sentence", "sentence1"):
        if column in columns:
            return column
    raise UserError(
        f'{path}: no column is named "text" or "sentence"; name the one to '
        f"read, there are {_quoted(columns)}"
    )


def _check_column(path, column, columns):
    if column in columns:
        return
    message = f'{path}: has no column "{column}"; there are {_quoted(columns)}'
    near = difflib.get_close_matches(column, columns, 1)
    if near:
        message += f'; did you mean "{near[0]}"?'
    raise UserError(message)


def _quoted(names):
    return ", ".join(f'"{shorten(name)}"' for name in names)


def _text(place, row, column, may_be_empty=False):
    if column not in row:
        raise UserError(f'{place}: has no "{column}"')
    text = string_in(place, row, column)
    if not text.strip() and not may_be_empty:
        raise UserError(f'{place}: "{column}" is empty')
    if re.search("[\ud800-\udfff]", text):
        raise UserError(f'{place}: "{column}" has half a surrogate pair')
    return text


def _label(place, row, column, required):
    label = row.get(column)
    if isinstance(label, list | dict):
        raise UserError(
            f'{place}: "{column}" must be a string or a number, got '
            f"{shorten(json.dumps(label))}"
        )
    if label is None or label == "":
        if required:
            raise UserError(f'{place}: "{column}" is missing or empty')
        return None
    return label if isinstance(label, str) else json.dumps(label)
