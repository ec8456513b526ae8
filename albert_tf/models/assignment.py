"""Weights between checkpoints and models: all that fit, or none."""

from __future__ import annotations

import logging

import keras
import numpy as np

from albert_tf.checkpoints.checkpoint import ENCODER, Checkpoint
from albert_tf.checkpoints.shapes import (
    describe_misfits,
    is_needed,
    variant_of,
)
from albert_tf.errors import UserError, warn


def to_checkpoint(model) -> Checkpoint:
    """What a `PresetModel` is made of."""
    names = [c.__name__ for c in type(model).__mro__]
    arguments = model.get_config()
    for name in ("name", "dtype", "config"):
        del arguments[name]
    return Checkpoint(
        source=model.name,
        config=model.config,
        weights={
            name: _as_float32(variable)
            for name, variable in _variables(model).items()
        },
        model_name=names[0],
        base_names=tuple(names[1 : names.index("PresetModel")]),
        arguments=arguments,
        get_preprocessor=lambda: getattr(model, "preprocessor", None),
    )


def _variables(model) -> dict[str, keras.Variable]:
    """The model's variables by the names that a `Checkpoint` uses."""
    prefix = "" if hasattr(model, "encoder") else ENCODER
    return {prefix + name: w for name, w in model.named_weights().items()}


def _as_float32(variable) -> np.ndarray:
    """A variable's value, float32 also where the model is in half precision."""
    return keras.ops.convert_to_numpy(keras.ops.cast(variable, "float32"))


def assign_weights(model, checkpoint: Checkpoint) -> None:
    """Gives a `PresetModel` the weights of `checkpoint`.

    Args:
        model: built with the checkpoint's configuration.
        checkpoint: one with weights. A head is used if it is of the model's
            own task and for the same labels, in whatever order; else the
            model's stays new.

    Raises:
        UserError: if weights of the encoder are missing, or any is of another
            shape; nothing was assigned then.
    """
    wanted = _variables(model)
    offered = _fitting_weights(model, checkpoint)
    misfits = {
        name: (tuple(variable.shape), offered[name].shape)
        for name, variable in wanted.items()
        if name in offered and offered[name].shape != tuple(variable.shape)
    }
    if misfits:
        raise UserError(f"{checkpoint.source}: {describe_misfits(misfits)}")
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


def is_of_class(checkpoint: Checkpoint, model_class: type) -> bool:
    """Whether the checkpoint's head is one of `model_class`.

    It is if either class derives from the other. Heads of different tasks may
    have weights of the same name and shape.
    """
    lineage = (checkpoint.model_name, *checkpoint.base_names)
    names = [c.__name__ for c in model_class.__mro__]
    return model_class.__name__ in lineage or checkpoint.model_name in names


def _fitting_weights(model, checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """The encoder's weights, and those of the head if it is the same."""
    if is_of_class(checkpoint, type(model)):
        weights = dict(checkpoint.weights)
        label_axes = type(model).label_axes
        orders = {
            names: _order_of(names, model, checkpoint) for names in label_axes
        }
        if None not in orders.values():
            for names, order in orders.items():
                for weight, axes in label_axes[names].items():
                    if weight in weights:
                        weights[weight] = _reorder(weights[weight], order, axes)
            return weights
    return {
        name: array
        for name, array in checkpoint.weights.items()
        if name.startswith(ENCODER)
    }


def _order_of(names: str, model, checkpoint: Checkpoint) -> list[int] | None:
    """Where in the checkpoint's head each label of the model is.

    None if they are others: the head would say something else than it
    learned. A source that does not name its labels leaves names and order to
    the user.
    """
    mine = getattr(model, names)
    theirs = [str(x) for x in checkpoint.arguments.get(names, ())]
    if sorted(theirs) == sorted(mine):
        return [theirs.index(label) for label in mine]
    if theirs == [f"LABEL_{i}" for i in range(len(theirs))]:
        sizes = {
            checkpoint.weights[weight].shape[axis]
            for weight, axes in type(model).label_axes[names].items()
            if weight in checkpoint.weights
            for axis in axes
        }
        others = len(sizes) == 1 and sizes != {len(mine)}
        return None if others else list(range(len(mine)))
    return None


def _reorder(array: np.ndarray, order: list[int], axes) -> np.ndarray:
    for axis in axes:
        if array.shape[axis] == len(order):  # else it will not fit anyway
            array = np.take(array, order, axis)
    return array


def _check_missing(model, missing: list[str], checkpoint: Checkpoint) -> None:
    """Warns of new heads, raises for an encoder that is not whole."""
    # Hugging Face's masked LM, tagger and question answerer have no pooler;
    # another task starts with a new one.
    needed = [name for name in missing if is_needed(name, checkpoint.weights)]
    if needed:
        raise UserError(f"{checkpoint.source}: lacks {', '.join(needed)}")
    variants = {field for name in missing if (field := variant_of(name))}
    if variants:
        warn(
            f"{checkpoint.source}: has no weights for "
            f"{', '.join(sorted(variants))}: they are new and change nothing "
            "yet, train them"
        )
    missing = [name for name in missing if not variant_of(name)]
    if missing:
        warn(
            f"{checkpoint.source}: has no fitting weights for "
            f"{', '.join(missing)}: they are new and random, train them"
        )
