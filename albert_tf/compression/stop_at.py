"""The first layers of a classifier that has a head after each."""

from __future__ import annotations

import dataclasses

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.compression.regroup import regroup
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError, require_at_least

_MODEL = "AlbertEarlyExitClassifier"
_SETTINGS = ("exit_rule", "exit_threshold", "temperatures")


def stop_at(checkpoint: Checkpoint, layers: int) -> Checkpoint:
    """Makes a classifier of the first layers and the head after them.

    Args:
        checkpoint: an early-exit classifier with weights.
        layers: how many to keep, up to all.

    Returns:
        An `AlbertClassifier` that answers as that exit does.

    Raises:
        UserError: if the checkpoint is another model, has not so many layers,
            or its first layers do not share their weights evenly.
    """
    checkpoint.require_weights()
    require_at_least(1, layers=layers)
    if checkpoint.model_name != _MODEL:
        raise UserError(
            f"{checkpoint.source}: is an {checkpoint.model_name}; only an "
            f"{_MODEL} has a head after each layer: albert-tf finetune --task "
            "early-exit makes one"
        )
    old = checkpoint.config
    depths = [n + 1 for n in range(old.num_hidden_layers) if _fits(old, n + 1)]
    if layers not in depths:
        raise UserError(
            f"layers={layers} must be one of {', '.join(map(str, depths))}, "
            f"the depths that {checkpoint.source} can be cut to"
        )
    made = regroup(checkpoint, _first(old, layers), range(layers))
    weights = dict(made.weights)
    for name in ("kernel", "bias"):
        exits = weights.pop(f"exits/{name}")
        if layers < old.num_hidden_layers:
            weights[f"logits/{name}"] = exits[layers - 1]
    arguments = {k: v for k, v in made.arguments.items() if k not in _SETTINGS}
    name, *bases = checkpoint.base_names
    return dataclasses.replace(
        made,
        weights=weights,
        model_name=name,
        base_names=(*bases,),
        arguments=arguments,
    )


def _groups(config: AlbertConfig) -> list[int]:
    """The group of each layer."""
    groups, layers = config.num_hidden_groups, config.num_hidden_layers
    return [layer * groups // layers for layer in range(layers)]


def _first(config: AlbertConfig, layers: int) -> AlbertConfig:
    groups = 1 + _groups(config)[layers - 1]
    return dataclasses.replace(
        config, num_hidden_layers=layers, num_hidden_groups=groups
    )


def _fits(config: AlbertConfig, layers: int) -> bool:
    """Whether the first layers alone belong to the same groups."""
    return _groups(_first(config, layers)) == _groups(config)[:layers]
