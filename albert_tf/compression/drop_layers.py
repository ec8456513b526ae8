"""Fewer layers, taken from the whole depth."""

from __future__ import annotations

import dataclasses

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.compression.regroup import regroup
from albert_tf.errors import UserError, require_at_least


def drop_layers(checkpoint: Checkpoint, layers: int) -> Checkpoint:
    """Keeps the layers that a distilled student of this depth learns from.

    Of twelve to six these are the second, the fourth and so on, as DistilBERT
    starts (arXiv 1910.01108, section 3).

    Args:
        checkpoint: one with weights.
        layers: how many to keep.

    Returns:
        A model with as many groups as before, at most one a layer; where a
        new group takes layers out of several old ones, their average.

    Raises:
        UserError: if the checkpoint has no weights, or no more layers.
    """
    checkpoint.require_weights()
    require_at_least(1, layers=layers)
    old = checkpoint.config
    if layers >= old.num_hidden_layers:
        raise UserError(
            f"layers={layers} must be less than {old.num_hidden_layers}, the "
            f"number of layers of {checkpoint.source}"
        )
    kept = [
        (layer + 1) * old.num_hidden_layers // layers - 1
        for layer in range(layers)
    ]
    new = dataclasses.replace(
        old,
        num_hidden_layers=layers,
        num_hidden_groups=min(old.num_hidden_groups, layers),
    )
    return regroup(checkpoint, new, kept)
