"""More layers for a trained model."""

from __future__ import annotations

import dataclasses
import re

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.errors import UserError

_BLOCK = re.compile(r"(.*/transformer/block_)(\d+)(/.*)")


def deepen(checkpoint: Checkpoint, num_hidden_layers: int) -> Checkpoint:
    """Gives a checkpoint another number of layers, to warm-start from it.

    The paper starts its deep models from one of 6 layers (appendix A.1).
    Where all layers share their weights nothing else changes; other layers
    repeat those that lie at the same share of the depth.

    Args:
        checkpoint: one with weights.
        num_hidden_layers: N of the result.

    Returns:
        The same weights in a deeper (or shallower) model.

    Raises:
        UserError: if the layers cannot be divided into the same groups.
    """
    old = checkpoint.config
    if num_hidden_layers < old.num_hidden_groups:
        raise UserError(
            f"{checkpoint.source}: has {old.num_hidden_groups} groups of "
            f"layers, more than num_hidden_layers={num_hidden_layers}"
        )
    new = dataclasses.replace(old, num_hidden_layers=num_hidden_layers)
    sources = {}
    for layer in range(num_hidden_layers):
        twin = layer * old.num_hidden_layers // num_hidden_layers
        sources.update(
            zip(
                new.blocks_of_layer(layer),
                old.blocks_of_layer(twin),
                strict=True,
            )
        )
    weights = {}
    for name, array in checkpoint.weights.items():
        match = _BLOCK.fullmatch(name)
        if match is None:
            weights[name] = array
            continue
        before, block, after = match.groups()
        for target, source in sources.items():
            copied = f"{before}{target}{after}"
            if source == int(block) and (
                target == source or _is_own(new, after)
            ):
                weights[copied] = array
    return dataclasses.replace(checkpoint, config=new, weights=weights)


def _is_own(config, name: str) -> bool:
    """Whether blocks beyond the first ones have this weight."""
    return config.sharing not in ("attention", "feed_forward") or (
        not name.startswith(f"/{config.sharing}/")
    )
