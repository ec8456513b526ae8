"""Optimizers by their names."""

from __future__ import annotations

import functools
import inspect

import keras

from albert_tf.errors import require_one_of
from albert_tf.training.adamw import AdamW
from albert_tf.training.clipped_optimizer import NO_DECAY
from albert_tf.training.lamb import Lamb
from albert_tf.training.muon import Muon

_OURS = {"lamb": Lamb, "adamw": AdamW, "muon": Muon}
_MOMENTUM = 0.9  # of "sgd"


@functools.cache
def optimizer_names() -> tuple[str, ...]:
    """Ours, and those of Keras in small letters."""
    return tuple(sorted({*_OURS, *_of_keras()}))


def make_optimizer(options, schedule) -> keras.optimizers.Optimizer:
    """An optimizer with its schedule.

    With the precision "mixed_float16" it is in a `LossScaleOptimizer`: small
    gradients would be 0 there. Biases and the weights of LayerNorm do not
    decay.

    Args:
        options: with `optimizer`, one of `optimizer_names`, `weight_decay`,
            `clip_norm` and `precision`.
        schedule: the learning rate.

    Raises:
        UserError: no optimizer has that name.
    """
    require_one_of(optimizer_names(), optimizer=options.optimizer)
    if options.optimizer in _OURS:
        optimizer = _OURS[options.optimizer](
            schedule,
            weight_decay=options.weight_decay,
            clip_norm=options.clip_norm,
        )
    else:
        momentum = {"momentum": _MOMENTUM} if options.optimizer == "sgd" else {}
        optimizer = _of_keras()[options.optimizer](
            schedule,
            weight_decay=options.weight_decay or None,
            global_clipnorm=options.clip_norm,
            **momentum,
        )
        optimizer.exclude_from_weight_decay(var_names=NO_DECAY)
    if options.precision == "mixed_float16":
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


@functools.cache
def _of_keras() -> dict[str, type[keras.optimizers.Optimizer]]:
    base = keras.optimizers.Optimizer
    not_one = (base, keras.optimizers.LossScaleOptimizer)
    return {
        name.lower(): kind
        for name, kind in inspect.getmembers(keras.optimizers, inspect.isclass)
        if issubclass(kind, base) and kind not in not_one
    }
