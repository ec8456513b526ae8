"""The optimizer that the options of pre-training ask for."""

from __future__ import annotations

import keras

from albert_tf.training.adamw import AdamW
from albert_tf.training.lamb import Lamb
from albert_tf.training.muon import Muon
from albert_tf.training.pretrain_options import PretrainOptions
from albert_tf.training.schedules import (
    WarmupCosineDecay,
    WarmupPolynomialDecay,
    scale_learning_rate,
)

_CLASSES = {"lamb": Lamb, "adamw": AdamW, "muon": Muon}
# Of the paper, for a batch of 4096 (section 4.1).
_LEARNING_RATE = 0.00176


def make_optimizer(options: PretrainOptions) -> keras.optimizers.Optimizer:
    """The optimizer with its schedule.

    With the precision "mixed_float16" it is in a `LossScaleOptimizer`: small
    gradients would be 0 there.
    """
    optimizer = _CLASSES[options.optimizer](
        make_schedule(options),
        weight_decay=options.weight_decay,
        clip_norm=options.clip_norm,
    )
    if options.precision == "mixed_float16":
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


def make_schedule(
    options: PretrainOptions,
) -> keras.optimizers.schedules.LearningRateSchedule:
    """The learning rate of each step."""
    rate = options.learning_rate or scale_learning_rate(
        _LEARNING_RATE, options.batch_size
    )
    if options.schedule == "cosine":
        return WarmupCosineDecay(
            rate, options.steps, options.warmup, restarts=options.restarts
        )
    return WarmupPolynomialDecay(rate, options.steps, options.warmup)
