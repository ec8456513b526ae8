"""More layers for a trained model."""

from __future__ import annotations

import dataclasses

from albert_tf.checkpoints.checkpoint import ENCODER, Checkpoint
from albert_tf.checkpoints.shapes import weight_shapes
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError

_BLOCKS = ENCODER + "transformer/block_"


def deepen(checkpoint: Checkpoint, num_hidden_layers: int) -> Checkpoint:
    """Gives a checkpoint another number of layers, to warm-start from it.

    The paper starts its deep models from one of 6 layers (appendix A.1).
    Groups of layers stay as they are. What a layer has to itself is that of
    the layer at the same share of the old group's depth.

    Args:
        checkpoint: one with weights.
        num_hidden_layers: N of the result.

    Returns:
        The same weights in a deeper (or shallower) model.

    Raises:
        UserError: if there were fewer layers than groups, or layers have
            something to themselves in several encoders.
    """
    old = checkpoint.config
    if num_hidden_layers < old.num_hidden_groups:
        raise UserError(
            f"{checkpoint.source}: has {old.num_hidden_groups} groups of "
            f"layers, more than num_hidden_layers={num_hidden_layers}"
        )
    new = dataclasses.replace(old, num_hidden_layers=num_hidden_layers)
    if new.num_blocks == old.num_blocks:  # layers have nothing to themselves
        return dataclasses.replace(checkpoint, config=new)
    return _spread(checkpoint, new)


def own_norms(checkpoint: Checkpoint) -> Checkpoint:
    """Gives each layer LayerNorm weights and biases of its own, alike so far.

    Args:
        checkpoint: one with weights or without.

    Returns:
        The same model with `shared_norms=False`.
    """
    new = dataclasses.replace(checkpoint.config, shared_norms=False)
    if checkpoint.weights is None or checkpoint.config == new:
        return dataclasses.replace(checkpoint, config=new)
    return _spread(checkpoint, new)


def _spread(checkpoint: Checkpoint, new: AlbertConfig) -> Checkpoint:
    """Each layer gets a copy of what its twin has."""
    checkpoint.require_one_encoder()
    old = checkpoint.config
    weights = {
        name: array
        for name, array in checkpoint.weights.items()
        if not name.startswith(_BLOCKS)
    }
    for name, _ in weight_shapes(new):
        if name.startswith(_BLOCKS):
            block, weight = _twin(name, old, new)
            if f"{_BLOCKS}{block}/{weight}" not in checkpoint.weights:
                block = old.owner(block, weight.partition("/")[0])
            source = f"{_BLOCKS}{block}/{weight}"
            # A variant may be in none: it is new then.
            if source in checkpoint.weights:
                weights[name] = checkpoint.weights[source]
    return dataclasses.replace(checkpoint, config=new, weights=weights)


def _twin(name: str, old: AlbertConfig, new: AlbertConfig) -> tuple[int, str]:
    """The old model's block for a weight of the new, and which of its."""
    block, weight = name.removeprefix(_BLOCKS).split("/", 1)
    layer, inner = divmod(int(block), new.inner_group_num)
    group = new.group_of_layer(layer)
    layers, twins = new.layers_of_group(group), old.layers_of_group(group)
    twin = twins[layers.index(layer) * len(twins) // len(layers)]
    return old.blocks_of_layer(twin)[inner], weight
