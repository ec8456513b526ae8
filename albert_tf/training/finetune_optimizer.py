"""The optimizer of a fine-tuning."""

from __future__ import annotations

import keras

from albert_tf.models.task_model import TaskModel
from albert_tf.training.finetune_options import FinetuneOptions
from albert_tf.training.layer_rates import layer_rates
from albert_tf.training.optimizers import make_optimizer
from albert_tf.training.schedules import (
    WarmupCosineDecay,
    WarmupPolynomialDecay,
)


def default_learning_rate(hidden_size: int, trained: bool) -> float:
    """The peak that a model of this width learns at.

    Trained weights get 5e-5 at width 768, of the order of the paper's rates.
    Random ones learn at 5e-4 up to width 128; at 256 that leaves SST-2 at the
    common class, where 2e-4 learns it, and 2.5e-4 learns CoLA.

    Args:
        hidden_size: H.
        trained: whether the weights are trained ones.

    Returns:
        The peak of the learning rate.
    """
    if trained:
        return 5e-5 * 768 / hidden_size
    return 5e-4 * min(1, 128 / hidden_size)


def finetune_optimizer(
    model: TaskModel, rate: float, options: FinetuneOptions, batches: int
) -> keras.optimizers.Optimizer:
    """Makes it, with its schedule.

    Args:
        model: what learns.
        rate: the peak of the learning rate.
        options: say which optimizer and schedule.
        batches: steps of an epoch.
    """
    steps = batches * options.epochs
    warmup = int(steps * options.warmup_share)
    if options.schedule == "cosine":
        schedule = WarmupCosineDecay(rate, steps, warmup, options.restarts)
    else:
        schedule = WarmupPolynomialDecay(rate, steps, warmup)
    rates = None
    if options.layer_decay != 1:
        rates = layer_rates(model, options.layer_decay)
    return make_optimizer(options, schedule, rates, options.l1)
