"""Layers that had weights of their own share them."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Container

import numpy as np

from albert_tf.checkpoints.checkpoint import ENCODER, Checkpoint
from albert_tf.checkpoints.shapes import weight_shapes
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError, require_at_least

_BLOCKS = ENCODER + "transformer/block_"


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
    weights = {
        name: array
        for name, array in checkpoint.weights.items()
        if not name.startswith(_BLOCKS)
    }
    for name, sources in _sources(checkpoint, new).items():
        arrays = [checkpoint.weights[source] for source in sources]
        # In double precision those that are alike stay what they are.
        weights[name] = np.mean(arrays, 0, np.float64).astype("float32")
    return dataclasses.replace(checkpoint, config=new, weights=weights)


def _sources(checkpoint: Checkpoint, new: AlbertConfig) -> dict[str, list[str]]:
    """For each weight of the new blocks those that it stands for, by layer."""
    old, first = checkpoint.config, f"{_BLOCKS}0/"
    in_block = [
        name.removeprefix(first)
        for name in checkpoint.weights
        if name.startswith(first)
    ]
    names = dict(weight_shapes(new))
    sources = collections.defaultdict(list)
    for layer in range(old.num_hidden_layers):
        blocks = old.blocks_of_layer(layer), new.blocks_of_layer(layer)
        for before, after in zip(*blocks, strict=True):
            for weight in in_block:
                source = _holder(checkpoint.weights, old, before, weight)
                sources[_holder(names, new, after, weight)].append(source)
    return sources


def _holder(
    names: Container[str], config: AlbertConfig, block: int, weight: str
) -> str:
    """The name of what a block uses: its own, or that of the one it shares."""
    name = f"{_BLOCKS}{block}/{weight}"
    if name in names:
        return name
    sublayer, _, _ = weight.partition("/")
    return f"{_BLOCKS}{config.owner(block, sublayer)}/{weight}"
