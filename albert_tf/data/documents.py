"""Files of plain text -> documents."""

from __future__ import annotations

import glob
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from albert_tf.data.text_files import (
    Progress,
    bare_suffix,
    parse_object,
    read_lines,
    shorten,
    string_in,
)
from albert_tf.errors import UserError, warn

_SUFFIXES = (".txt", ".jsonl", ".json")
_NEEDED = f"{', '.join(_SUFFIXES)} is needed, with or without .gz after it"
_ADVICE = "save the file as UTF-8 or use `--errors replace`"
_MANY_LINES = 50  # without a blank line, to wonder if each is a document
_LONGEST_DOCUMENT = 4_000_000  # characters


def find_files(patterns: Sequence[str | os.PathLike]) -> list[Path]:
    """Finds files that `read_documents` reads.

    Hidden files are found only if they are named.

    Args:
        patterns: each a file, a directory (with those below it), or a glob
            such as "corpus/*.txt.gz", where `**` stands for any directories.
            In directories and globs other kinds of files are passed over.

    Returns:
        The files, each once, sorted by their paths.

    Raises:
        UserError: a pattern has no file, or a file that is named is of
            another kind.
    """
    found = {}
    for pattern in map(str, patterns):
        for path in _files_of(pattern):
            found.setdefault(path.resolve(), path)
    return sorted(found.values())


def _files_of(pattern: str) -> list[Path]:
    if os.path.exists(pattern):  # even if its name looks like a glob
        matches = [pattern]
    else:
        matches = glob.glob(pattern, recursive=True)
    if not matches:
        kind = "matching" if glob.has_magic(pattern) else "such"
        raise UserError(f"{pattern}: there is no {kind} file")
    if matches == [pattern] and not os.path.isdir(pattern):
        _suffix(Path(pattern))
        return [Path(pattern)]
    for directory in filter(os.path.isdir, [*matches]):
        below = os.path.join(glob.escape(directory), "**")
        matches += glob.glob(below, recursive=True)
    files = [Path(path) for path in matches if os.path.isfile(path)]
    files = [path for path in files if bare_suffix(path) in _SUFFIXES]
    if not files:
        raise UserError(f"{pattern}: has no file of text; one of {_NEEDED}")
    return files


def read_documents(
    path: str | os.PathLike,
    errors: str = "strict",
    document_per_line: bool = False,
    text_field: str = "text",
    progress: Progress | None = None,
) -> Iterator[list[str]]:
    """Reads one document after the other; never holds a whole file.

    The suffix says what the file is: `.txt`, where blank lines separate
    documents, or `.jsonl` and `.json`, where each line is an object with a
    document in one field; each also with `.gz`. UTF-8 only. A plain text
    of more than four million characters without a blank line comes in parts
    of about that size. Documents without text are passed over.

    Args:
        path: the file.
        errors: what to do with bytes that are not UTF-8: "strict" raises,
            "replace" puts U+FFFD there.
        document_per_line: whether each line of a plain text is a document.
        text_field: the field of a JSON object that has the document.
        progress: is told, now and then, how many bytes of the file are done,
            and its size.

    Yields:
        The lines of a document, at least one; none is blank, nor has white
        space around it.

    Raises:
        UserError: the file, or the line that the message names, is not what
            is described above, or there is no text at all.
    """
    path = Path(path)
    if errors not in ("strict", "replace"):
        raise UserError(f'errors="{errors}" must be "strict" or "replace"')
    suffix = _suffix(path)
    lines = read_lines(path, errors, progress, _ADVICE)
    lines = ((number, line.strip()) for number, line in lines)
    if suffix != ".txt":
        documents = _json(path, lines, errors, text_field)
    elif document_per_line:
        documents = ([line] for _, line in lines if line)
    else:
        documents = _plain(lines)
    is_empty = True
    for document in documents:
        is_empty = False
        yield document
    if is_empty:
        raise UserError(f"{path}: has no text")


def hint_at_lines(files: Sequence[Path]) -> None:
    """Warns if the first plain text seems to have a document on each line."""
    path = next((path for path in files if _suffix(path) == ".txt"), None)
    if path is None:
        return
    lines = itertools.islice(read_lines(path, "replace"), _MANY_LINES)
    if sum(1 for _, line in lines if line.strip()) == _MANY_LINES:
        warn(
            f"{path}: has no blank line among its first {_MANY_LINES}, so that "
            "they are one document; if each line is a document, say so with "
            "--document-per-line",
        )


def _suffix(path: Path) -> str:
    suffix = bare_suffix(path)
    if suffix not in _SUFFIXES:
        raise UserError(
            f'{path}: unknown kind of file "{suffix}"; one of {_NEEDED}'
        )
    return suffix


def _plain(lines: Iterator[tuple[int, str]]) -> Iterator[list[str]]:
    document, size = [], 0
    for _, line in lines:
        if line:
            document.append(line)
            size += len(line)
        if document and (not line or size > _LONGEST_DOCUMENT):
            yield document
            document, size = [], 0
    if document:
        yield document


def _json(
    path: Path, lines: Iterator[tuple[int, str]], errors: str, field: str
) -> Iterator[list[str]]:
    for number, line in lines:
        if not line:
            continue
        text = _text(f"{path}:{number}", line, errors, field)
        document = [part for part in map(str.strip, text.split("\n")) if part]
        if document:
            yield document


def _text(place: str, line: str, errors: str, field: str) -> str:
    row = parse_object(place, line)
    if field not in row:
        names = shorten(", ".join(f'"{name}"' for name in row)) or "none"
        raise UserError(
            f'{place}: has no "{field}"; there are {names}; say which has the '
            "text with `--text-field`"
        )
    text = string_in(place, row, field)
    try:
        text.encode()  # much faster than a search
    except UnicodeEncodeError:
        if errors == "strict":
            raise UserError(
                f'{place}: "{field}" has half a surrogate pair; mend it or use '
                "`--errors replace`"
            ) from None
        text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return text
