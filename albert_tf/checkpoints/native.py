"""Directories of our own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
    model = _read_model(path / _MODEL)
    config = AlbertConfig.load(path / _CONFIG, _FORMAT)
    tensors = open_safetensors(path / _WEIGHTS)
    if not any(name.startswith(ENCODER) for name in tensors):
        tensors = {ENCODER + name: tensor for name, tensor in tensors.items()}
    return Checkpoint(
        source=directory,
        config=config,
        weights=read_weights(tensors, config, directory),
        model_name=model["model"],
        base_names=tuple(model["bases"]),
        arguments=model["arguments"],
        get_preprocessor=lambda: TextPreprocessor.load(path),
    )


def _read_model(path: Path) -> dict[str, Any]:
    """Reads `model.json`, whose values go into constructors."""
    model = {"model": "", "bases": [], **read_json(path)}
    if model.get("format") != _FORMAT:
        raise UserError(f'{path}: must say "format": "{_FORMAT}"')
    bases = model["bases"]
    if not isinstance(model["model"], str):
        raise UserError(f"{path}: model={model['model']!r:.60} must be a name")
    if not isinstance(bases, list) or not all(
        isinstance(base, str) for base in bases
    ):
        raise UserError(f"{path}: bases={bases!r:.60} must be names")
    if not isinstance(model.get("arguments"), dict):
        raise UserError(f"{path}: must have arguments, an object")
    return model


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
