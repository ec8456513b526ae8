"""The learning rate that the options of pre-training ask for."""

from __future__ import annotations

import keras

from albert_tf.training.pretrain_options import PretrainOptions
from albert_tf.training.schedules import (
    WarmupCosineDecay,
    WarmupPolynomialDecay,
    scale_learning_rate,
)

# Of the paper, for a batch of 4096 (section 4.1).
_LEARNING_RATE = 0.00176


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
