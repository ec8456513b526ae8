"""`Example`s -> files of labelled texts."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from albert_tf.data.example import Example
from albert_tf.data.example_file import ExampleFile
from albert_tf.errors import UserError
from albert_tf.files import new_file

_SUFFIXES = (".csv", ".jsonl")


def check_suffix(path: Path) -> None:
    """Raises `UserError` if `write_examples` would for the file's name."""
    if path.suffix not in _SUFFIXES:
        raise UserError(
            f"{path}: the name of the new file ends with "
            f"{' or '.join(_SUFFIXES)}"
        )


def write_examples(
    path: Path,
    examples: Sequence[Example],
    like: ExampleFile,
    overwrite: bool = False,
) -> None:
    """Writes examples so that `read_examples` gives them back.

    Args:
        path: ends with `.csv` or `.jsonl`.
        examples: any; several labels are a list in JSON, and have commas
            between them in CSV.
        like: the file they come from, whose columns the new one has.
        overwrite: whether a file that is there may be replaced.

    Raises:
        UserError: for another suffix, a file that is there, or one of several
            labels that has a comma, for CSV.
    """
    check_suffix(path)
    columns = like.columns
    fields = {
        name: field
        for field, name in (
            ("text", columns.text),
            ("pair", columns.pair),
            ("label", columns.label),
        )
        if name is not None
    }
    rows = [
        {name: getattr(one, field) for name, field in fields.items()}
        for one in examples
    ]
    with (
        new_file(path, overwrite) as place,
        open(place, "w", newline="", encoding="utf-8") as file,
    ):
        if path.suffix == ".csv":
            table = csv.DictWriter(file, [*fields])
            table.writeheader()
            table.writerows({k: _field(v) for k, v in x.items()} for x in rows)
        else:
            lines = (json.dumps(row, ensure_ascii=False) for row in rows)
            file.writelines(f"{line}\n" for line in lines)


def _field(value):
    if not isinstance(value, tuple):
        return value
    for label in value:
        if "," in label:
            raise UserError(
                f"the label {label!r:.60} has a comma, which stands between "
                "labels in CSV; a .jsonl file keeps it"
            )
    return ",".join(value)
