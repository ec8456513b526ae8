"""Which writer a format is for."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from typing import Any

from albert_tf.checkpoints import huggingface, native, tf1
from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.head import Head, head_of, optional_layers
from albert_tf.errors import UserError, require_one_of, warn

_OURS = "albert_tf"
_WRITERS = {
    _OURS: native.write,
    "huggingface": huggingface.write,
    "tf1": tf1.write,
}
# Arguments that the weights tell, that are refused, or that change no answer.
_TOLD = {"pooler", "pooling", "rematerialize"}
_HELD = {"huggingface": {"labels", "normalize"}, "tf1": set()}


def check_format(format: str) -> None:
    """Raises `UserError` if no writer is called so."""
    require_one_of(_WRITERS, format=format)


def write_checkpoint(
    checkpoint: Checkpoint,
    directory: str | os.PathLike,
    format: str = "albert_tf",
    overwrite: bool = False,
    heads: Sequence[Head] = (),
    defaults: Mapping[str, Any] | None = None,
) -> None:
    """Writes a checkpoint in one of the formats.

    A warning names the arguments that another format has no place for, such
    as a threshold, where a reader would take another value; and a head that
    it does not know beside the one that it does.

    Args:
        checkpoint: one with weights.
        directory: is made; whole or, on any failure, not at all.
        format: "albert_tf", "huggingface" or "tf1".
        overwrite: replace the directory if it exists.
        heads: how the other formats call heads.
        defaults: what readers take for arguments that are not said.

    Raises:
        UserError: if the format is another or cannot hold the model, the
            directory exists and `overwrite` is false, or it cannot be
            written.
    """
    check_format(format)
    if format != _OURS:
        _check_pooling(checkpoint, format, heads, defaults or {})
        checkpoint = _with_known_layers(checkpoint, format, heads)
    _WRITERS[format](checkpoint, directory, overwrite, heads)
    if format != _OURS:
        _tell_lost(checkpoint, format, heads, defaults or {})


def _check_pooling(
    checkpoint: Checkpoint,
    format: str,
    heads: Sequence[Head],
    defaults: Mapping[str, Any],
) -> None:
    """Where it has no place, readers take the default for it.

    Other libraries would read [CLS] through a pooler with random weights.
    """
    head = head_of(checkpoint, heads)
    if format == "huggingface" and head is not None and head.has_modules:
        return
    default = defaults.get("pooling", "cls")
    pooling = checkpoint.arguments.get("pooling", default)
    if pooling != default:
        raise UserError(
            f"format={format!r} has no {checkpoint.model_name} with "
            f"pooling={pooling!r}; {_OURS!r} keeps it"
        )


def _with_known_layers(
    checkpoint: Checkpoint, format: str, heads: Sequence[Head]
) -> Checkpoint:
    """What the format has names for; warns of a layer that it has not."""
    weights = dict(checkpoint.weights)
    for layer in optional_layers(checkpoint, heads):
        if format == "tf1" and layer.tf1 is None:
            warn(
                f"format='tf1' has no name for {layer.name}: it is left out; "
                f"{_OURS!r} keeps it"
            )
            for name in checkpoint.weights:
                if layer.is_among([name]):
                    del weights[name]
        elif format == "huggingface" and not layer.is_of_class:
            warn(
                f"format='huggingface' has no ALBERT with {layer.name}: it is "
                f"kept as {layer.huggingface}, which only albert_tf reads"
            )
    return dataclasses.replace(checkpoint, weights=weights)


def _tell_lost(
    checkpoint: Checkpoint,
    format: str,
    heads: Sequence[Head],
    defaults: Mapping[str, Any],
) -> None:
    """Warns of arguments that change answers and are not in what is written."""
    head = head_of(checkpoint, heads)
    kept = _TOLD | _HELD[format]
    if head is not None:
        kept |= set(head.arguments(checkpoint.weights))
    lost = [
        f"{name}={value!r:.60}"
        for name, value in checkpoint.arguments.items()
        if name not in kept and value != defaults.get(name)
    ]
    if lost:
        warn(
            f"format={format!r} has no place for {', '.join(lost)} of "
            f"{checkpoint.model_name}: give it again where the result is "
            f"read; {_OURS!r} keeps it"
        )
