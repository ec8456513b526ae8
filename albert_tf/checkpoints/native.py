"""Directories of our own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from albert_tf.checkpoints.checkpoint import ENCODER, Checkpoint
from albert_tf.checkpoints.head import Head
from albert_tf.checkpoints.reading import read_weights
from albert_tf.checkpoints.storage import open_safetensors, write_safetensors
from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.files import new_directory
from albert_tf.json_files import read_json, write_json

_FORMAT = "albert_tf"
_MODEL = "model.json"
_CONFIG = "config.json"
_WEIGHTS = "weights.safetensors"


def read(directory: str) -> Checkpoint:
    """Reads a directory that `write` made.

    Raises:
        UserError: if a file is missing or damaged.
    """
    path = Path(directory)
    if not (path / _MODEL).exists():
        raise UserError(
            f"{directory}: has no {_MODEL}, so save_preset did not write it; "
            f"if it is Hugging Face's, say hf:{directory}, if Google's, "
            f"tf1:{directory}"
        )
    model = read_json(path / _MODEL)
    if model.get("format") != _FORMAT or not isinstance(
        model.get("arguments"), dict
    ):
        raise UserError(
            f'{path / _MODEL}: must say "format": "{_FORMAT}" and have '
            "arguments"
        )
    config = AlbertConfig.load(path / _CONFIG)
    tensors = open_safetensors(path / _WEIGHTS)
    if not any(name.startswith(ENCODER) for name in tensors):
        tensors = {ENCODER + name: tensor for name, tensor in tensors.items()}
    return Checkpoint(
        source=directory,
        config=config,
        weights=read_weights(tensors, config, directory),
        model_name=model.get("model", ""),
        base_names=tuple(model.get("bases", ())),
        arguments=model["arguments"],
        get_preprocessor=lambda: TextPreprocessor.load(path),
    )


def write(
    checkpoint: Checkpoint,
    directory: str | os.PathLike,
    overwrite: bool = False,
    heads: Sequence[Head] = (),
) -> None:
    """Writes configuration, weights and vocabulary.

    Raises:
        UserError: if the directory exists and `overwrite` is false, or it
            cannot be written; nothing is left there then.
    """
    weights = checkpoint.weights
    if all(name.startswith(ENCODER) for name in weights):
        weights = {
            name.removeprefix(ENCODER): array for name, array in weights.items()
        }
    preprocessor = checkpoint.get_preprocessor()
    with new_directory(directory, overwrite) as path:
        write_json(path / _CONFIG, checkpoint.config.to_dict())
        model = {
            "format": _FORMAT,
            "model": checkpoint.model_name,
            "bases": list(checkpoint.base_names),
            "arguments": checkpoint.arguments,
        }
        write_json(path / _MODEL, model)
        write_safetensors(path / _WEIGHTS, weights, {"format": _FORMAT})
        if preprocessor is not None:
            preprocessor.save(path)
