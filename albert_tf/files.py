"""Files and directories that are there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from albert_tf.errors import UserError

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
# Windows finds these in every directory, whatever the suffix.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# What writing may raise without naming a file.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def is_plain_name(name) -> bool:
    """Whether a name that was read somewhere stays in its directory."""
    return (
        isinstance(name, str)
        and _PLAIN_NAME.fullmatch(name) is not None
        and not _DEVICE.fullmatch(name)
    )


def file_within(directory: str | os.PathLike, name: str) -> Path:
    """The file in a directory that something read from there names.

    Args:
        directory: where the file must be.
        name: as it was read, so not to be trusted.

    Raises:
        UserError: if the name is no plain one, such as "../x" or "/x", or the
            file is a link that leads out of the directory, or a device.
    """
    if not is_plain_name(name):
        raise UserError(
            f"{name!r:.100} must be the name of a file in the same directory"
        )
    path = Path(directory, name)
    real = Path(os.path.realpath(path))
    if real.parent != Path(os.path.realpath(directory)):
        raise UserError(f"{path}: is a link that leads to another directory")
    if real.exists() and not real.is_file():
        raise UserError(f"{path}: is not a plain file")
    return path


def check_new_file(path: str | os.PathLike, overwrite: bool) -> None:
    """Raises `UserError` if `new_file` would, to be called before the work."""
    place = _place(path)
    if place.is_dir():
        raise UserError(f"{path}: is a directory, not a file")
    _check_place(path, place, overwrite)
    if place.exists() and not place.is_file():
        raise UserError(f"{path}: is not a plain file")


def check_new_directory(
    path: str | os.PathLike, overwrite: bool, folders: Collection[str] = ()
) -> None:
    """Raises `UserError` if `new_directory` would; before the work."""
    place = _place(path)
    _check_place(path, place, overwrite)
    if place.exists() and not _is_flat(path, place, folders):
        others = f" and {', '.join(folders)}" if folders else " only"
        raise UserError(
            f"{path}: is not a directory of files{others}, so that it is not "
            "overwritten"
        )


def _is_flat(
    path: str | os.PathLike, place: Path, folders: Collection[str]
) -> bool:
    """All that we write is; nobody's home is lost to --overwrite."""
    try:
        return place.is_dir() and all(
            x.is_file() or (x.name in folders and _is_flat(path, x, folders=()))
            for x in place.iterdir()
        )
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error


def _place(path: str | os.PathLike) -> Path:
    """Where to write: a link stays, and what it leads to is replaced."""
    path = Path(path)
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:  # such as a name that is too long
        raise UserError(f"{path}: {error.strerror}") from error
    for link in (path, *path.parents):
        if link.is_symlink() and not link.exists():
            raise UserError(
                f"{link}: is a link to {os.readlink(link)}, which does not "
                "exist; remove the link or choose another place"
            )
    return Path(os.path.realpath(path))


def _check_place(path: str | os.PathLike, place: Path, overwrite: bool) -> None:
    if place.exists() and not overwrite:
        raise UserError(
            f"{path}: exists already; choose another place or overwrite it "
            "with --overwrite (overwrite=True)"
        )
    parent = next(p for p in place.parents if os.path.lexists(p))
    if not parent.is_dir():
        raise UserError(f"{path}: {parent} is not a directory")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise UserError(f"{path}: {parent} may not be written to")


@contextlib.contextmanager
def new_file(path: str | os.PathLike, overwrite: bool) -> Iterator[Path]:
    """A temporary file that becomes `path` when the block ends well.

    Args:
        path: the file to make; missing parent directories are made too. If
            it is a link, the file that it leads to is replaced.
        overwrite: whether it may exist.

    Yields:
        Where to write: a path beside `path` with the same suffix.

    Raises:
        UserError: if `path` exists and `overwrite` is false, it is a
            directory or a link that leads nowhere, or it cannot be written,
            as on a full disk. What the block could not read is named itself.
    """
    check_new_file(path, overwrite)
    place = _place(path)
    with _beside(path, place) as directory:
        temporary = directory / place.name
        yield temporary
        check_new_file(path, overwrite)  # somebody may have been faster
        os.replace(temporary, place)


@contextlib.contextmanager
def new_directory(
    path: str | os.PathLike, overwrite: bool, folders: Collection[str] = ()
) -> Iterator[Path]:
    """A temporary directory that becomes `path` when the block ends well.

    Args:
        path: the directory to make; missing parents are made too. If it is a
            link, the directory that it leads to is replaced.
        overwrite: whether it may exist; it is then replaced as a whole.
        folders: the names of directories of files that it may have.

    Yields:
        Where to write: a directory beside `path`.

    Raises:
        UserError: if `path` exists and `overwrite` is false, it is not a
            directory of files and `folders` only, as all are that we write,
            or it cannot be written. What the block could not read is named
            itself.
    """
    check_new_directory(path, overwrite, folders)
    place = _place(path)
    with _beside(path, place) as directory:
        temporary = directory / "new"
        temporary.mkdir()
        yield temporary
        # Somebody may have been faster.
        check_new_directory(path, overwrite, folders)
        if place.exists():
            _exchange(temporary, place)
        else:
            os.replace(temporary, place)


def _exchange(new: Path, place: Path) -> None:
    """Replaces a directory; on any failure the old one is back."""
    # Not within the temporary directory: should even the way back fail, the
    # old one is not removed with it.
    home = Path(tempfile.mkdtemp(prefix=_prefix(place), dir=place.parent))
    old = home / "old"
    try:
        os.replace(place, old)
        os.replace(new, place)
    except BaseException:
        if old.exists() and not place.exists():
            os.replace(old, place)
        raise
    finally:
        if place.exists() or not old.exists():
            shutil.rmtree(home, ignore_errors=True)


def _prefix(place: Path) -> str:
    return f".{place.name[:50]}."  # names have at most 255 bytes


@contextlib.contextmanager
def _beside(path: str | os.PathLike, place: Path) -> Iterator[Path]:
    """A temporary directory on the same disk, so that renaming is enough."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=_prefix(place),
            dir=place.parent,
            ignore_cleanup_errors=True,
        ) as directory:
            yield Path(directory)
    except (OSError, UserError) as error:
        # Within another new file or directory: the outer one has the name
        # that the user knows.
        cause = error if isinstance(error, OSError) else error.__cause__
        if not isinstance(cause, OSError):
            raise
        if _concerns(cause, place):
            raise UserError(
                f"{path}: could not be written: {cause.strerror or cause}"
            ) from cause
        if error is cause and isinstance(cause.filename, str | bytes):
            name = os.fsdecode(cause.filename)
            raise UserError(f"{name}: {cause.strerror}") from cause
        raise


def _concerns(error: OSError, place: Path) -> bool:
    """Whether it is of writing to `place`, and not of reading elsewhere."""
    if not isinstance(error.filename, str | bytes):
        return error.errno in _NO_ROOM
    file = os.path.abspath(os.fsdecode(error.filename))
    return place.is_relative_to(file) or file.startswith(
        str(place.parent / _prefix(place))
    )
