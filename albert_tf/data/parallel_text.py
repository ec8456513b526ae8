"""Files of texts and their translations -> `Example`s."""

from __future__ import annotations

import itertools
from pathlib import Path

from albert_tf.data.columns import Columns
from albert_tf.data.example import Example
from albert_tf.data.example_file import ExampleFile
from albert_tf.data.readers import TABLES, read_examples
from albert_tf.data.text_files import Progress, bare_suffix, read_lines
from albert_tf.errors import UserError

_SOURCE, _TARGET = "source", "target"
_SPLITS = (("train",), ("val", "dev", "valid", "validation"))


def find_parallel(folder: Path) -> tuple[Path, list[Path]]:
    """The files of a data set.

    Args:
        folder: has `train` and `val` (or `dev`, `valid`, `validation`), each
            as a table or as two files of lines such as `train.en` and
            `train.de`, of which the English one is the source.

    Returns:
        The source files to train on and to choose the epoch by.

    Raises:
        UserError: there are none, or it is not clear which.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: is no directory")
    train, dev = (_source_of(folder, names) for names in _SPLITS)
    return train, [dev]


def _source_of(folder: Path, names: tuple[str, ...]) -> Path:
    found = sorted(p for p in folder.iterdir() if _stem(p) in names)
    english = [path for path in found if _language(path) == "en"]
    for files in (found, english):
        if len(files) == 1:
            return files[0]
    there = ", ".join(path.name for path in found) or "none"
    raise UserError(
        f"{folder}: a table called {' or '.join(names)} or two files of lines "
        f"such as {names[0]}.en and {names[0]}.de are needed, and there is "
        f"{there}; name the source files by --train and --dev"
    )


def read_parallel(
    path: Path,
    columns: Columns | None = None,
    labelled: bool = True,
    header=None,
    progress: Progress | None = None,
) -> ExampleFile:
    """Reads texts, and what they are in another language as labels.

    A table (TSV, CSV, JSON Lines) has columns `source` and `target`, or what
    is named. Any other file has a text in each line; their translations are
    the lines of the file with another ending, as `train.de` for `train.en`.
    `columns` then has endings. Both kinds may end in `.gz`.

    Args:
        path: the table, or the file of source lines.
        columns: where texts and translations are.
        labelled: whether translations are needed; else those of lines are
            not read.
        header: the names of the columns of a table without a header.
        progress: is told bytes done and bytes in all.

    Returns:
        The examples in the order of the file, at least one.

    Raises:
        UserError: a file is missing or empty, has an empty line, or two files
            have not as many lines.
    """
    path = Path(path)
    columns = columns or Columns()
    if columns.pair is not None:
        raise UserError("--pair: a translation is of one text")
    if bare_suffix(path) in TABLES:
        return read_examples(
            path,
            columns.text or _SOURCE,
            None,
            columns.label or (_TARGET if labelled else None),
            require_labels=labelled,
            columns=header,
            read_label=_translation,
            progress=progress,
        )
    if header is not None:
        raise UserError(f"{path}: --header: files of lines have no columns")
    return _read_lines(path, columns, labelled, progress)


def _translation(place: str, value) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None or not value.strip() else value
    raise UserError(f"{place}: a translation must be a string, got {value!r}")


def _read_lines(path, columns, labelled, progress) -> ExampleFile:
    if columns.text is not None:
        path = _beside(path, columns.text)
    sources = _lines(path, progress)
    if not labelled:
        found = Columns(_language(path))
        return _examples(path, found, [Example(text) for text in sources])
    target = _target_of(path, columns.label)
    missing = object()
    examples = []
    for number, (text, label) in enumerate(
        itertools.zip_longest(sources, _lines(target), fillvalue=missing), 1
    ):
        if text is missing or label is missing:
            longer, shorter = (
                (path, target) if label is missing else (target, path)
            )
            raise UserError(
                f"{longer}:{number}: has no counterpart: {shorter} ends after "
                f"{number - 1:,} lines, and both must have as many"
            )
        examples.append(Example(text, None, label))
    found = Columns(_language(path), None, _language(target))
    return _examples(path, found, examples)


def _examples(path: Path, columns: Columns, examples: list[Example]):
    if not examples:
        raise UserError(f"{path}: has no lines")
    return ExampleFile(path, columns, examples)


def _lines(path: Path, progress: Progress | None = None):
    for number, line in read_lines(path, progress=progress):
        text = line.rstrip("\r\n")
        if not text.strip():
            raise UserError(
                f"{path}:{number}: is empty; each line needs a text, so take "
                "it and its counterpart out of both files"
            )
        yield text


def _target_of(path: Path, language: str | None) -> Path:
    """The file with the translations of the lines of another."""
    if language is not None:
        return _beside(path, language)
    others = [
        other
        for other in sorted(path.parent.glob("*"))
        if _stem(other) == _stem(path) and _language(other) != _language(path)
    ]
    if len(others) == 1:
        return others[0]
    there = ", ".join(other.name for other in others) or "none"
    raise UserError(
        f"{path}: its translations are looked for beside it, in a file such as "
        f"{_stem(path)}.de, and there is {there}"
        + ("; name its ending by --label" if others else "")
    )


def _beside(path: Path, language: str) -> Path:
    """The file of another language; compressed or not."""
    plain = path.with_name(f"{_stem(path)}.{language}")
    packed = plain.with_name(f"{plain.name}.gz")
    return packed if packed.exists() and not plain.exists() else plain


def _stem(path: Path) -> str:
    """The name without the language and `.gz`."""
    return Path(path.name.removesuffix(".gz")).stem


def _language(path: Path) -> str:
    """The ending of the name, before `.gz`."""
    return Path(path.name.removesuffix(".gz")).suffix.removeprefix(".")
