"""Optimizers by their names."""

from __future__ import annotations

import keras

from albert_tf.training.adamw import AdamW
from albert_tf.training.lamb import Lamb
from albert_tf.training.muon import Muon

_CLASSES = {"lamb": Lamb, "adamw": AdamW, "muon": Muon}


def make_optimizer(options, schedule) -> keras.optimizers.Optimizer:
    """An optimizer with its schedule.

    With the precision "mixed_float16" it is in a `LossScaleOptimizer`: small
    gradients would be 0 there.

    Args:
        options: with `optimizer`, `weight_decay`, `clip_norm` and `precision`.
        schedule: the learning rate.
    """
    optimizer = _CLASSES[options.optimizer](
        schedule,
        weight_decay=options.weight_decay,
        clip_norm=options.clip_norm,
    )
    if options.precision == "mixed_float16":
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer
