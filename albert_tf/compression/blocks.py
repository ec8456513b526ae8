"""Which weights the blocks of a checkpoint use."""

from __future__ import annotations

from collections.abc import Container

from albert_tf.checkpoints.checkpoint import ENCODER, Checkpoint
from albert_tf.config import AlbertConfig

BLOCKS = ENCODER + "transformer/block_"


def block_weights(checkpoint: Checkpoint) -> list[str]:
    """The weights of one block, such as "attention/query/kernel"."""
    first = f"{BLOCKS}0/"
    return [
        name.removeprefix(first)
        for name in checkpoint.weights
        if name.startswith(first)
    ]


def holder(
    names: Container[str], config: AlbertConfig, block: int, weight: str
) -> str:
    """The name of what a block uses: its own, or that of the one it shares.

    Args:
        names: of all weights that there are.
        config: theirs.
        block: number of the block.
        weight: one of `block_weights`.
    """
    name = f"{BLOCKS}{block}/{weight}"
    if name in names:
        return name
    sublayer, _, _ = weight.partition("/")
    return f"{BLOCKS}{config.owner(block, sublayer)}/{weight}"
