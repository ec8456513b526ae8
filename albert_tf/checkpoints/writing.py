"""Which writer a format is for."""

from __future__ import annotations

import os
from collections.abc import Sequence

from albert_tf.checkpoints import huggingface, native, tf1
from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.head import Head
from albert_tf.errors import UserError, require_one_of

_OURS = "albert_tf"
_WRITERS = {
    _OURS: native.write,
    "huggingface": huggingface.write,
    "tf1": tf1.write,
}


def check_format(format: str) -> None:
    """Raises `UserError` if no writer is called so."""
    require_one_of(_WRITERS, format=format)


def write_checkpoint(
    checkpoint: Checkpoint,
    directory: str | os.PathLike,
    format: str = "albert_tf",
    overwrite: bool = False,
    heads: Sequence[Head] = (),
) -> None:
    """Writes a checkpoint in one of the formats.

    Args:
        checkpoint: one with weights.
        directory: is made; whole or, on any failure, not at all.
        format: "albert_tf", "huggingface" or "tf1".
        overwrite: replace the directory if it exists.
        heads: how the other formats call heads.

    Raises:
        UserError: if the format is another or cannot hold the model, the
            directory exists and `overwrite` is false, or it cannot be
            written.
    """
    check_format(format)
    if format != _OURS:
        _check_pooling(checkpoint, format)
    _WRITERS[format](checkpoint, directory, overwrite, heads)


def _check_pooling(checkpoint: Checkpoint, format: str) -> None:
    """Other libraries would read [CLS] through a pooler with random weights."""
    pooling = checkpoint.arguments.get("pooling", "cls")
    if pooling != "cls":
        raise UserError(
            f"format={format!r} has no {checkpoint.model_name} with "
            f"pooling={pooling!r}; {_OURS!r} keeps it"
        )
