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
    """The optimizer with its schedule."""
    rate = options.learning_rate or scale_learning_rate(
        _LEARNING_RATE, options.batch_size
    )
    if options.schedule == "cosine":
        schedule = WarmupCosineDecay(
            rate, options.steps, options.warmup, restarts=options.restarts
        )
    else:
        schedule = WarmupPolynomialDecay(rate, options.steps, options.warmup)
    return _CLASSES[options.optimizer](
        schedule,
        weight_decay=options.weight_decay,
        clip_norm=options.clip_norm,
    )
