"""Layers that had weights of their own share them."""

from __future__ import annotations

import dataclasses

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.compression.regroup import regroup
from albert_tf.errors import UserError, require_at_least


def tie(
    checkpoint: Checkpoint, groups: int, shared_norms: bool = False
) -> Checkpoint:
    """Lets the layers of a group share the average of their weights.

    The result is where training starts, not what it ends with: of a BERT's
    layers little is common. Whatever the layers shared before, each counts
    once in the average of its group. The blocks of a layer
    (`inner_group_num`) stay apart.

    Args:
        checkpoint: one with weights.
        groups: into how many consecutive groups the layers are split.
        shared_norms: whether the layers of a group share their LayerNorm
            weights and all biases too. If not, each layer keeps its own.

    Returns:
        A model of the same layers, heads and vocabulary; float32 weights.

    Raises:
        UserError: if the checkpoint has no weights, or fewer layers than
            groups.
    """
    checkpoint.require_weights()
    require_at_least(1, groups=groups)
    old = checkpoint.config
    if groups > old.num_hidden_layers:
        raise UserError(
            f"groups={groups} must be at most {old.num_hidden_layers}, the "
            f"number of layers of {checkpoint.source}"
        )
    new = dataclasses.replace(
        old,
        num_hidden_groups=groups,
        sharing="all",
        shared_norms=shared_norms,
    )
    return regroup(checkpoint, new, range(old.num_hidden_layers))
