"""Files and directories that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from albert_tf.errors import UserError


def check_new_file(path: str | os.PathLike, overwrite: bool) -> None:
    """Raises `UserError` if `new_file` would, to be called before the work."""
    path = Path(path)
    if path.is_dir():
        raise UserError(f"{path}: is a directory, not a file")
    _check_place(path, overwrite)


def check_new_directory(path: str | os.PathLike, overwrite: bool) -> None:
    """Raises `UserError` if `new_directory` would; before the work."""
    path = Path(path)
    _check_place(path, overwrite)
    # All that we write is flat; nobody's home is lost to --overwrite.
    if path.exists() and not (
        path.is_dir() and all(entry.is_file() for entry in path.iterdir())
    ):
        raise UserError(
            f"{path}: is not a directory of files only, so that it is not "
            "overwritten"
        )


def _check_place(path: Path, overwrite: bool) -> None:
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
        UserError: if `path` exists and `overwrite` is false, it is a
            directory, or it cannot be written, as on a full disk.
    """
    check_new_file(path, overwrite)
    path = Path(path)
    with _beside(path) as directory:
        temporary = directory / path.name
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
        UserError: if `path` exists and `overwrite` is false, it is not a
            directory of files only, as all are that we write, or its place
            may not be written to.
    """
    check_new_directory(path, overwrite)
    path = Path(path)
    with _beside(path) as directory:
        temporary, old = directory / "new", directory / "old"
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


@contextlib.contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A temporary directory on the same disk, so that renaming is enough."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=f".{path.name}.", dir=path.parent
        ) as directory:
            yield Path(directory)
    except (OSError, UserError) as error:  # such as a full disk
        # Within another new file or directory: the outer one has the name
        # that the user knows.
        cause = error if isinstance(error, OSError) else error.__cause__
        if not isinstance(cause, OSError):
            raise
        raise UserError(
            f"{path}: could not be written: {cause.strerror or cause}"
        ) from cause
