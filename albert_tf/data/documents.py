"""Files of text -> documents, one after the other."""

from __future__ import annotations

import codecs
import glob
import gzip
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from albert_tf.errors import UserError

_SUFFIXES = (".txt", ".jsonl", ".json")


def find_files(patterns: Sequence[str | os.PathLike]) -> list[Path]:
    """The files that are meant.

    Args:
        patterns: files, globs such as "corpus/**/*.txt.gz", and directories,
            which stand for all text files in them.

    Returns:
        Each file once, sorted by name.

    Raises:
        UserError: a pattern matches nothing, or a file of another kind than
            `.txt`, `.jsonl` and `.json`, each also with `.gz`, is named.
    """
    found = set()
    for pattern in map(os.fspath, patterns):
        if os.path.isdir(pattern):
            paths = filter(_is_text, Path(pattern).rglob("*"))
        elif os.path.exists(pattern):
            paths = [Path(pattern)]
        else:
            paths = map(Path, glob.glob(pattern, recursive=True))
        files = [path for path in paths if path.is_file()]
        if not files:
            raise UserError(
                f"{pattern}: no such file, and nothing that matches; text is "
                f"read from {', '.join(_SUFFIXES)}, with or without .gz"
            )
        for path in files:
            if not _is_text(path):
                raise UserError(
                    f"{path}: unknown kind of file; one of "
                    f"{', '.join(_SUFFIXES)} is needed, with or without .gz"
                )
        found.update(files)
    return sorted(found)


def _is_text(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith(_SUFFIXES)


def read_documents(
    path: str | os.PathLike, errors: str = "strict"
) -> Iterator[list[str]]:
    """Reads documents without loading the whole file.

    In plain text blank lines separate documents. In JSON Lines each object
    is one, and its "text" holds the lines. The files are UTF-8.

    Args:
        path: `.txt`, `.jsonl` or `.json`, also with `.gz`.
        errors: "strict", or "replace" for a replacement character in place
            of what is not UTF-8.

    Yields:
        The lines of a document, without blanks around them; at least one.

    Raises:
        UserError: the file is missing, damaged, binary or without text; a
            line is not UTF-8 or not the right JSON. The message names file
            and line.
    """
    path = Path(path)
    lines = _read_lines(path, errors)
    is_json = ".json" in path.name.lower()
    empty = True
    for document in _json_documents(lines) if is_json else _paragraphs(lines):
        empty = False
        yield document
    if empty:
        raise UserError(f"{path}: has no text")


def _read_lines(path: Path, errors: str) -> Iterator[tuple[str, str]]:
    """Lines with their places."""
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    number = 0
    try:
        with opener(path, "rb") as file:
            for number, data in enumerate(file, 1):
                if number == 1:
                    data = data.removeprefix(codecs.BOM_UTF8)
                place = f"{path}:{number}"
                yield place, _decode(data, place, errors)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UserError(
            f"{path}: damaged gzip file after line {number} ({error})"
        ) from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None


def _decode(data: bytes, place: str, errors: str) -> str:
    if b"\0" in data:
        raise UserError(f"{place}: has a NUL character; is it a text file?")
    try:
        return data.decode("utf-8", errors)
    except UnicodeDecodeError as error:
        raise UserError(
            f"{place}: not UTF-8 (byte {error.start + 1} of the line is "
            f"0x{data[error.start]:02x}); save the file as UTF-8, or take "
            "--errors replace"
        ) from None


def _paragraphs(lines) -> Iterator[list[str]]:
    document = []
    for _, line in lines:
        line = line.strip()
        if line:
            document.append(line)
        elif document:
            yield document
            document = []
    if document:
        yield document


def _json_documents(lines) -> Iterator[list[str]]:
    for place, line in lines:
        if not line.strip():
            continue
        try:
            text = json.loads(line)["text"]
            document = text.split("\n")
        except (ValueError, RecursionError) as error:
            raise UserError(f"{place}: not valid JSON: {error}") from None
        except (TypeError, KeyError, AttributeError):
            raise UserError(
                f'{place}: must be an object with a string "text"'
            ) from None
        document = [*filter(None, map(str.strip, document))]
        if document:
            yield document
