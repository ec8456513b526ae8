"""Models out of sources and into directories."""

from __future__ import annotations

import dataclasses
import inspect
import os
import warnings
from typing import Any

from albert_tf import models
from albert_tf.checkpoints import huggingface, native, tf1
from albert_tf.checkpoints.assignment import assign_weights, is_same_task
from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.sources import read_checkpoint
from albert_tf.checkpoints.vocabulary import preprocessor_for
from albert_tf.errors import UserError, require_one_of
from albert_tf.files import check_new_directory
from albert_tf.models.encoder import AlbertEncoder
from albert_tf.models.preset_model import PresetModel

_WRITERS = {
    "albert_tf": native.write,
    "huggingface": huggingface.write,
    "tf1": tf1.write,
}


def load_preset(
    model_class: type[PresetModel],
    source: str | os.PathLike,
    dropout: float | None = None,
    **kwargs,
) -> PresetModel:
    """Makes a model from a source; `PresetModel.from_preset` calls it.

    Args:
        model_class: the class of the model.
        source: see `PresetModel.from_preset`.
        dropout: takes the place of both dropout rates of the encoder; None
            leaves them.
        **kwargs: passed to the constructor; what is not given is taken from
            a checkpoint of the same task. A model that takes text may be
            given `tokenizer` instead of the checkpoint's vocabulary.

    Returns:
        The model. A warning names weights that are random.

    Raises:
        UserError: if the source cannot be read or does not fit the model.
    """
    checkpoint = read_checkpoint(source)
    if dropout is not None:
        config = dataclasses.replace(
            checkpoint.config,
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=dropout,
        )
        checkpoint = dataclasses.replace(checkpoint, config=config)
    return make_model(model_class, checkpoint, **kwargs)


def load_model(source: str | os.PathLike) -> PresetModel:
    """Makes a model of the class that the source says it is.

    Args:
        source: see `PresetModel.from_preset`; one with weights. Without a
            class that we have it gives an `AlbertEncoder`.

    Returns:
        The model.

    Raises:
        UserError: if the source cannot be read.
    """
    checkpoint = read_checkpoint(source)
    model_class = getattr(models, checkpoint.model_name, AlbertEncoder)
    return make_model(model_class, checkpoint)


def make_model(
    model_class: type[PresetModel], checkpoint: Checkpoint, **kwargs
) -> PresetModel:
    """Makes a model of what was read from a source.

    Args:
        model_class: the class of the model.
        checkpoint: what was read; without weights they are random.
        **kwargs: as in `load_preset`.

    Returns:
        The model. A warning names weights that are random.

    Raises:
        UserError: if the weights do not fit the model.
    """
    new_labels = "labels" in kwargs
    arguments = _complete_arguments(model_class, checkpoint, kwargs)
    model = model_class(checkpoint.config, **arguments)
    if checkpoint.weights is None:
        warnings.warn(
            f"the weights of {type(model).__name__} are random: "
            f"{checkpoint.source} is the name of a configuration; for trained "
            "weights give a directory, hf:, tf1: or keras_hub:",
            stacklevel=4,
        )
    else:
        assign_weights(model, checkpoint, new_labels)
    return model


def _complete_arguments(
    model_class: type[PresetModel],
    checkpoint: Checkpoint,
    given: dict[str, Any],
) -> dict[str, Any]:
    """What the user gave, then what the checkpoint says."""
    taken = inspect.signature(model_class.__init__).parameters
    arguments = dict(given)
    if is_same_task(model_class, checkpoint):
        arguments = {**checkpoint.arguments, **given}
    if "labels" in taken and "labels" not in arguments:
        raise UserError(
            f"{checkpoint.source}: has no labels for "
            f"{model_class.__name__}; fine-tune it first, or pass labels=, "
            "the names of the classes"
        )
    tokenizer = arguments.pop("tokenizer", None)
    if "preprocessor" not in taken:
        if tokenizer is not None:
            raise UserError(
                f"{model_class.__name__} takes no text, so no tokenizer="
            )
    elif tokenizer is not None:
        arguments["preprocessor"] = preprocessor_for(
            tokenizer, checkpoint.config
        )
    elif "preprocessor" not in arguments:
        arguments["preprocessor"] = checkpoint.read_preprocessor()
    return arguments


def save_preset(
    model: PresetModel, directory: str | os.PathLike, overwrite: bool = False
) -> None:
    """Writes our format; `PresetModel.save_preset` calls it."""
    native.write(Checkpoint.of(model), directory, overwrite)


def write_huggingface(
    model: PresetModel, directory: str | os.PathLike, overwrite: bool = False
) -> None:
    """Writes a directory that Hugging Face's `from_pretrained` loads.

    Args:
        model: any model of ours that Hugging Face has too.
        directory: is made; whole or, on any failure, not at all.
        overwrite: replace the directory if it exists.

    Raises:
        UserError: if the format cannot hold the model, the directory exists
            and `overwrite` is false, or it cannot be written.
    """
    huggingface.write(Checkpoint.of(model), directory, overwrite)


def write_tf1(
    model: PresetModel, directory: str | os.PathLike, overwrite: bool = False
) -> None:
    """Writes a checkpoint that Google's official code loads.

    Args:
        model: an encoder, pretrainer or classifier.
        directory: is made; whole or, on any failure, not at all.
        overwrite: replace the directory if it exists.

    Raises:
        UserError: if the format cannot hold the model, the directory exists
            and `overwrite` is false, or it cannot be written.
    """
    tf1.write(Checkpoint.of(model), directory, overwrite)


def convert(
    source: str | os.PathLike,
    directory: str | os.PathLike,
    format: str,
    overwrite: bool = False,
) -> Checkpoint:
    """Writes a source in another format, with all heads and the vocabulary.

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
    require_one_of(_WRITERS, format=format)
    check_new_directory(directory, overwrite)  # before the work
    checkpoint = read_checkpoint(source)
    if checkpoint.weights is None:
        raise UserError(
            f"{source}: the name of a preset, which has no weights to convert"
        )
    pooler = "encoder/pooler/kernel" in checkpoint.weights
    # An encoder that takes the weights proves that all of it is there.
    assign_weights(AlbertEncoder(checkpoint.config, pooler=pooler), checkpoint)
    _WRITERS[format](checkpoint, directory, overwrite)
    return checkpoint
