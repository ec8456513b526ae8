"""What files of text have in common, with one line for each mistake."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from albert_tf.errors import UserError

_CHUNK = 2**16  # bytes
LONGEST_LINE = 64 * 2**20  # bytes; more is no line, and is not held in memory
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# Takes the bytes that are done and the size of the file, compressed or not.
Progress = Callable[[int, int], None]


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


def bare_suffix(path: Path) -> str:
    """The ending of a file's name before `.gz`, in small letters."""
    return Path(path.name.lower().removesuffix(".gz")).suffix


def read_lines(
    path: Path,
    errors: str = "strict",
    progress: Progress | None = None,
    advice: str = "save the file as UTF-8",
) -> Iterator[tuple[int, str]]:
    """Reads line by line, and never holds more than a line and 64 kB.

    A line ends with a line feed, a carriage return before it or not; or with
    a carriage return alone, if that is how the first line ends.

    Args:
        path: the file, UTF-8, with a byte order mark or not.
        errors: what to do with bytes that are not UTF-8: "strict" raises,
            "replace" puts U+FFFD there.
        progress: is told, now and then, how much of the file is read.
        advice: what to do about bytes that are not UTF-8, for the message.

    Yields:
        The number of each line, from 1, and the line with its end.

    Raises:
        UserError: the file cannot be read, or a line is no UTF-8 text or
            longer than 64 MB.
    """
    with open_bytes(path) as file:
        chunks = _chunks(path, file, progress)
        for number, line in enumerate(_split_lines(chunks), 1):
            if number == 1:
                line = _without_mark(path, line)
            if len(line) > LONGEST_LINE:
                raise UserError(
                    f"{path}:{number}: is longer than "
                    f"{LONGEST_LINE // 2**20} MB; divide it into lines, one "
                    "for each paragraph, row or JSON object"
                )
            if b"\0" in line:
                raise UserError(
                    f"{path}:{number}: has a NUL byte, as files that are not "
                    "text or are UTF-16 have; UTF-8 text is needed"
                )
            try:
                text = line.decode("utf-8", errors)
            except UnicodeDecodeError as error:
                raise UserError(
                    f"{path}:{number}: not UTF-8 (byte {error.start + 1} of "
                    f"the line is {_shown(line[error.start])}); {advice}"
                ) from None
            yield number, text


def _chunks(path, file, progress) -> Iterator[bytes]:
    size = path.stat().st_size
    while chunk := file.read(_CHUNK):
        yield chunk
        if progress is not None:
            # What has the compressed bytes knows how many of them are read.
            progress(getattr(file, "fileobj", file).tell(), size)


def _split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines with their ends; of one that is too long, the beginning."""
    at_return, rest = None, b""
    for chunk in chunks:
        rest += chunk
        if at_return is None:
            at_return = _ends_at_return(rest)
        if at_return is not None:
            # The last may go on, and a line feed may follow its end.
            *lines, rest = _lines(rest, at_return)
            yield from lines
        if len(rest) > LONGEST_LINE:
            break
    if rest:
        yield from _lines(rest, at_return is not False)


def _lines(data: bytes, at_return: bool) -> list[bytes]:
    if at_return:
        return data.splitlines(keepends=True)
    return io.BytesIO(data).readlines()


def _ends_at_return(data: bytes) -> bool | None:
    """Whether the first line ends with a return alone; None: not seen yet."""
    feed, back = data.find(b"\n"), data.find(b"\r")
    if feed >= 0 and (back < 0 or back >= feed - 1):
        return False
    return True if 0 <= back < len(data) - 1 else None


def _without_mark(path: Path, line: bytes) -> bytes:
    if line.startswith(_UTF_16):
        raise UserError(
            f"{path}:1: is UTF-16, not UTF-8, by its first bytes; save the "
            "file as UTF-8"
        )
    return line.removeprefix(codecs.BOM_UTF8)


def _shown(byte: int) -> str:
    """A byte, with the letter it is in the encoding of old Windows files."""
    letter = bytes([byte]).decode("cp1252", "replace")
    meaning = f', "{letter}" in Windows-1252' if letter.isalpha() else ""
    return f"0x{byte:02x}{meaning}"


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
        UserError: it is not there or not a text; `place` says where.
    """
    if name not in row:
        raise UserError(f'{place}: has no "{name}"')
    if not isinstance(row[name], str):
        raise UserError(
            f'{place}: "{name}" must be a string, got '
            f"{shorten(json.dumps(row[name]))}"
        )
    return row[name]


def check_unicode(place: str, what: str, text: str) -> None:
    """Raises `UserError` if a text cannot be written as UTF-8."""
    if not text.isascii() and re.search("[\ud800-\udfff]", text):
        raise UserError(f"{place}: {what} has half a surrogate pair")


def shorten(text: str) -> str:
    """Up to 40 characters of a text, in one line, for messages."""
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:40]}..."
