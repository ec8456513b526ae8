"""Files and directories that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from albert_tf.errors import UserError


def refuse_existing(path: str | os.PathLike, overwrite: bool) -> None:
    """Raises `UserError` if `path` cannot be made, before the work.

    That is, if it is there and may not be replaced, or the place where it is
    to be is not a directory that may be written to.
    """
    path = Path(path)
    if path.exists() and not overwrite:
        raise UserError(
            f"{path}: exists already; choose another place or overwrite it "
            "with --overwrite (overwrite=True)"
        )
    place = next(p for p in path.absolute().parents if p.exists())
    if not place.is_dir():
        raise UserError(f"{path}: {place} is not a directory")
    if not os.access(place, os.W_OK | os.X_OK):
        raise UserError(f"{path}: {place} may not be written to")


@contextlib.contextmanager
def new_file(path: str | os.PathLike, overwrite: bool = True) -> Iterator[Path]:
    """A temporary file that becomes `path` when the block ends well.

    Args:
        path: the file to make; missing parent directories are made too.
        overwrite: whether it may exist.

    Yields:
        Where to write: a path beside `path` with the same suffix.

    Raises:
        UserError: if `path` exists and `overwrite` is false, or it is a
            directory.
    """
    refuse_existing(path, overwrite)
    path = Path(path)
    if path.is_dir():
        raise UserError(f"{path}: is a directory, not a file to replace")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{path.name}.", dir=path.parent
    ) as directory:
        temporary = Path(directory, path.name)
        yield temporary
        os.replace(temporary, path)


@contextlib.contextmanager
def new_directory(
    path: str | os.PathLike, overwrite: bool = False
) -> Iterator[Path]:
    """A temporary directory that becomes `path` when the block ends well.

    Args:
        path: the directory to make; missing parents are made too.
        overwrite: whether it may exist; it is then replaced as a whole.

    Yields:
        Where to write: a directory beside `path`.

    Raises:
        UserError: if `path` exists and `overwrite` is false, or it is not
            a directory of plain files, as all that we write are.
    """
    refuse_existing(path, overwrite)
    path = Path(path)
    # Nobody's home is lost to --overwrite.
    if path.exists() and not _is_flat_directory(path):
        raise UserError(
            f"{path}: is not a directory of files only, and is not replaced"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{path.name}.", dir=path.parent
    ) as directory:
        temporary, old = Path(directory, "new"), Path(directory, "old")
        temporary.mkdir()
        yield temporary
        if path.exists():
            os.replace(path, old)
        try:
            os.replace(temporary, path)
        except OSError:
            if old.exists():
                os.replace(old, path)
            raise


def _is_flat_directory(path: Path) -> bool:
    return path.is_dir() and not any(p.is_dir() for p in path.iterdir())
