"""Where a checkpoint of TensorFlow and its configuration lie."""

from __future__ import annotations

from pathlib import Path

from albert_tf.errors import UserError

CONFIG = "albert_config.json"
PREFIX = "model.ckpt-best"  # as in the archives that Google published
_INDEX = ".index"


def find_prefix(path: str, source: str) -> Path:
    """The prefix of a checkpoint's files.

    Args:
        path: a prefix, or the directory of one checkpoint.
        source: its name, for messages.

    Raises:
        UserError: if there is none, or it is not clear which of several is
            meant.
    """
    directory = Path(path)
    if Path(path + _INDEX).exists():
        return directory
    if not directory.is_dir():
        raise UserError(
            f"{source}: neither a directory nor the prefix of a "
            f"checkpoint: there is no {path}{_INDEX}"
        )
    found = sorted(
        p.name.removesuffix(_INDEX) for p in directory.glob(f"*{_INDEX}")
    )
    if PREFIX in found:
        return directory / PREFIX
    if len(found) != 1:
        raise UserError(
            f"{source}: must have one checkpoint, PREFIX{_INDEX}, but has "
            + (f"{', '.join(found)}; name its prefix" if found else "none")
        )
    return directory / found[0]


def find_config(directory: Path) -> Path:
    """`albert_config.json`, or the only file called `*config*.json`.

    Raises:
        UserError: if there is none.
    """
    path = directory / CONFIG
    if path.exists():
        return path
    found = [
        p
        for p in sorted(directory.glob("*config*.json"))
        if p.name != "tokenizer_config.json"
    ]
    if len(found) != 1:
        raise UserError(f"{path}: no such file; it must be by the checkpoint")
    return found[0]
