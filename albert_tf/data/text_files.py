"""What files of text have in common, with one line for each mistake."""

from __future__ import annotations

import contextlib
import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

from albert_tf.errors import UserError


@contextlib.contextmanager
def open_bytes(path: Path) -> Iterator:
    """Opens a file, or what is in it if its name ends in `.gz`, to read.

    Raises:
        UserError: the file cannot be opened, or is damaged where it is read.
    """
    opened = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opened(path, "rb") as file:
            yield file
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise UserError(f"{path}: is a directory, not a file") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UserError(f"{path}: damaged gzip file ({error})") from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None


def parse_object(place: str, line: str) -> dict:
    """The JSON object in a line.

    Raises:
        UserError: there is something else; `place` says where.
    """
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{place}: not valid JSON: {error}") from None
    if not isinstance(row, dict):
        raise UserError(
            f"{place}: a JSON object is needed in each line, got "
            f"{shorten(line)}"
        )
    return row


def string_in(place: str, row: dict, name: str) -> str:
    """The text in a field of an object.

    Raises:
        UserError: it is not a text; `place` says where.
    """
    if not isinstance(row[name], str):
        raise UserError(
            f'{place}: "{name}" must be a string, got '
            f"{shorten(json.dumps(row[name]))}"
        )
    return row[name]


def shorten(text: str) -> str:
    """Up to 40 characters of a text, for messages."""
    return text if len(text) <= 40 else f"{text[:40]}..."
