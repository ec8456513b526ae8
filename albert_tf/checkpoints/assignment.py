"""Weights of a checkpoint into a model: all that fit, or none."""

from __future__ import annotations

import logging
import warnings

import numpy as np

from albert_tf.checkpoints.checkpoint import ENCODER, Checkpoint, variables
from albert_tf.errors import UserError
from albert_tf.models.preset_model import PresetModel

_POOLER = ENCODER + "pooler/"
# Which field of the configuration an axis has its size from.
_FIELDS = {
    "token_embedding/embeddings": ("vocab_size", "embedding_size"),
    "position_embedding/embeddings": (
        "max_position_embeddings",
        "embedding_size",
    ),
    "segment_embedding/embeddings": ("type_vocab_size", "embedding_size"),
    "projection/kernel": ("embedding_size", "hidden_size"),
    "intermediate/kernel": ("hidden_size", "intermediate_size"),
}


def assign_weights(
    model: PresetModel, checkpoint: Checkpoint, new_labels: bool = False
) -> None:
    """Gives `model` the weights of `checkpoint`.

    Args:
        model: built with the checkpoint's configuration.
        checkpoint: one with weights. A head is used if it is of the model's
            own task.
        new_labels: whether the user gave labels; a head for another number
            of them then stays new instead of being an error.

    Raises:
        UserError: if weights of the encoder are missing, or any is of another
            shape; nothing was assigned then.
    """
    wanted = variables(model)
    offered = _weights_for(type(model), checkpoint)
    misshapen = [
        name
        for name in wanted
        if name in offered and offered[name].shape != tuple(wanted[name].shape)
    ]
    if new_labels:
        heads = {n.split("/")[0] for n in misshapen} - {ENCODER[:-1]}
        offered = {
            n: a for n, a in offered.items() if n.split("/")[0] not in heads
        }
        misshapen = [n for n in misshapen if n in offered]
    if misshapen:
        raise UserError(
            f"{checkpoint.source}: {_describe(misshapen, wanted, offered)}"
        )
    missing = [name for name in wanted if name not in offered]
    _check_missing(model, missing, checkpoint)
    unused = sorted(set(checkpoint.weights) - (set(wanted) & set(offered)))
    if unused:
        logging.getLogger("albert_tf").info(
            "%s: not used by %s: %s",
            checkpoint.source,
            type(model).__name__,
            ", ".join(unused),
        )
    for name in wanted:
        if name in offered:
            wanted[name].assign(offered[name])


def is_same_task(model_class: type, checkpoint: Checkpoint) -> bool:
    """Whether the checkpoint is of `model_class` or a class it derives from.

    Heads of different tasks may have weights of the same name and shape.
    """
    names = {c.__name__ for c in model_class.__mro__}
    return checkpoint.model_name in names


def _weights_for(
    model_class: type, checkpoint: Checkpoint
) -> dict[str, np.ndarray]:
    if is_same_task(model_class, checkpoint):
        return checkpoint.weights
    return {
        name: array
        for name, array in checkpoint.weights.items()
        if name.startswith(ENCODER)
    }


def _describe(names: list[str], wanted: dict, offered: dict) -> str:
    """What is wrong with misshapen weights, and which field says so."""
    name = names[0]
    expected, received = tuple(wanted[name].shape), offered[name].shape
    text = f"{name} has shape {received}, the configuration says {expected}"
    fields = next((f for end, f in _FIELDS.items() if name.endswith(end)), ())
    if len(fields) == len(received):
        text += "".join(
            f"; {field}={right} fits"
            for field, right, wrong in zip(
                fields, received, expected, strict=True
            )
            if right != wrong
        )
    others = names[1:]
    if others:
        text += f" (and also {', '.join(others[:5])}"
        text += f" and {len(others) - 5} more)" if len(others) > 5 else ")"
    return text


def _check_missing(
    model: PresetModel, missing: list[str], checkpoint: Checkpoint
) -> None:
    """Warns of new heads, raises for an encoder that is not whole."""
    is_task = hasattr(model, "encoder")
    # Hugging Face's masked LM, tagger and question answerer have no pooler;
    # another task starts with a new one.
    encoder = [
        name
        for name in missing
        if name.startswith(ENCODER)
        and not (is_task and name.startswith(_POOLER))
    ]
    if encoder:
        advice = ""
        if all(name.startswith(_POOLER) for name in encoder):
            advice = "; it has no pooler: pass pooler=False"
        raise UserError(
            f"{checkpoint.source}: lacks {', '.join(encoder)}{advice}"
        )
    if missing:
        warnings.warn(
            f"{checkpoint.source}: has no fitting weights for "
            f"{', '.join(missing)}: they are new and random, train them",
            stacklevel=6,
        )
