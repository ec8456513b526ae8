"""Checkpoints from one format to another, and models of what they hold."""

from __future__ import annotations

import os

from albert_tf.checkpoints import Checkpoint, read_checkpoint, write_checkpoint
from albert_tf.checkpoints.writing import check_format
from albert_tf.errors import UserError
from albert_tf.files import check_new_directory
from albert_tf.models.loading import default_arguments, make_model
from albert_tf.models.preset_model import PresetModel, heads, model_classes


def load_model(source: str | os.PathLike) -> PresetModel:
    """Makes a model of the class that the source says it is.

    Args:
        source: see `PresetModel.from_preset`.

    Returns:
        The model; an `AlbertEncoder` where the source has no head.

    Raises:
        UserError: if the source cannot be read, or is of a class that is not
            known.
    """
    checkpoint = read_checkpoint(source, heads())
    known = model_classes()
    if checkpoint.model_name not in known:
        raise UserError(
            f"{checkpoint.source}: holds a {checkpoint.model_name!r}, a class "
            "that is not known; import the module that defines it first, or "
            "call from_preset of another class"
        )
    return make_model(known[checkpoint.model_name], checkpoint)


def convert(
    source: str | os.PathLike,
    directory: str | os.PathLike,
    format: str,
    overwrite: bool = False,
) -> Checkpoint:
    """Writes a source in another format, with all heads and the vocabulary.

    A warning names settings that the format has no place for.

    Args:
        source: see `PresetModel.from_preset`; one with weights.
        directory: is made; whole or, on any failure, not at all.
        format: "albert_tf", "huggingface" or "tf1".
        overwrite: replace the directory if it exists.

    Returns:
        What was read and written.

    Raises:
        UserError: if the source cannot be read, the format is another or
            cannot hold it, the directory exists and `overwrite` is false, or
            it cannot be written.
    """
    check_format(format)
    check_new_directory(directory, overwrite)  # before the work
    checkpoint = read_checkpoint(source, heads())
    checkpoint.require_weights()
    known = model_classes()
    defaults = (
        default_arguments(known[name])
        for name in (checkpoint.model_name, *checkpoint.base_names)
        if name in known
    )
    write_checkpoint(
        checkpoint, directory, format, overwrite, heads(), next(defaults, {})
    )
    return checkpoint
