"""The layers of a model shared in another way."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Container, Sequence

import numpy as np

from albert_tf.checkpoints.checkpoint import ENCODER, Checkpoint
from albert_tf.checkpoints.shapes import weight_shapes
from albert_tf.config import AlbertConfig

_BLOCKS = ENCODER + "transformer/block_"


def regroup(
    checkpoint: Checkpoint, config: AlbertConfig, layers: Sequence[int]
) -> Checkpoint:
    """Makes a model of some layers; those that share now get their average.

    Args:
        checkpoint: one with weights.
        config: of the result, with as many layers as are given.
        layers: numbers of the layers to take, in their order.

    Returns:
        A model of the same heads and vocabulary; the weights of the layers
        are float32.

    Raises:
        UserError: if several encoders read the text side by side.
    """
    checkpoint.require_one_encoder()
    weights = {
        name: array
        for name, array in checkpoint.weights.items()
        if not name.startswith(_BLOCKS)
    }
    for name, sources in _sources(checkpoint, config, layers).items():
        arrays = [checkpoint.weights[source] for source in sources]
        # In double precision those that are alike stay what they are.
        weights[name] = np.mean(arrays, 0, np.float64).astype("float32")
    return dataclasses.replace(checkpoint, config=config, weights=weights)


def _sources(
    checkpoint: Checkpoint, new: AlbertConfig, layers: Sequence[int]
) -> dict[str, list[str]]:
    """For each weight of the new blocks those that it stands for, by layer."""
    old, first = checkpoint.config, f"{_BLOCKS}0/"
    in_block = [
        name.removeprefix(first)
        for name in checkpoint.weights
        if name.startswith(first)
    ]
    names = dict(weight_shapes(new))
    sources = collections.defaultdict(list)
    for number, layer in enumerate(layers):
        blocks = old.blocks_of_layer(layer), new.blocks_of_layer(number)
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
