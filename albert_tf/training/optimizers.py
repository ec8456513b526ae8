"""Optimizers by their names."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping

import keras

from albert_tf.errors import require_one_of
from albert_tf.training.adamw import AdamW
from albert_tf.training.clipped_optimizer import NO_DECAY
from albert_tf.training.lamb import Lamb
from albert_tf.training.muon import Muon
from albert_tf.training.weight_rates import with_weight_rates

_OURS = {"lamb": Lamb, "adamw": AdamW, "muon": Muon}
_MOMENTUM = 0.9  # of "sgd"
# Those of Keras that are none by themselves.
_NO_RULE = ("Optimizer", "LossScaleOptimizer", "MultiOptimizer")


@functools.cache
def optimizer_names() -> tuple[str, ...]:
    """Ours, and those of Keras in small letters."""
    return tuple(sorted({*_OURS, *_of_keras()}))


def make_optimizer(
    options,
    schedule,
    rates: Mapping[str, float] | None = None,
    l1: float = 0.0,
) -> keras.optimizers.Optimizer:
    """An optimizer with its schedule.

    With the precision "mixed_float16" it is in a `LossScaleOptimizer`: small
    gradients would be 0 there. Biases and the weights of LayerNorm do not
    decay.

    Args:
        options: with `optimizer`, one of `optimizer_names`, `weight_decay`,
            `clip_norm` and `precision`.
        schedule: the learning rate.
        rates: the share of it that each weight has, by its path; None for all
            alike.
        l1: how much a step of rate 1 takes off each number of a matrix.

    Raises:
        UserError: no optimizer has that name.
    """
    require_one_of(optimizer_names(), optimizer=options.optimizer)
    kind, arguments = _kind(options)
    if rates is not None or l1:
        arguments |= {"rates": rates, "l1": l1}
        if kind is not Lamb:  # which decays within its update
            arguments |= {
                "weight_decay": None,
                "shrink": options.weight_decay,
            }
        kind = with_weight_rates(kind)
    optimizer = kind(schedule, **arguments)
    if options.optimizer not in _OURS:
        optimizer.exclude_from_weight_decay(var_names=NO_DECAY)
    if options.precision == "mixed_float16":
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


def _kind(options) -> tuple[type[keras.optimizers.Optimizer], dict]:
    """The class, and its arguments but for the learning rate."""
    if options.optimizer in _OURS:
        return _OURS[options.optimizer], {
            "weight_decay": options.weight_decay,
            "clip_norm": options.clip_norm,
        }
    momentum = {"momentum": _MOMENTUM} if options.optimizer == "sgd" else {}
    return _of_keras()[options.optimizer], {
        "weight_decay": options.weight_decay or None,
        "global_clipnorm": options.clip_norm,
        **momentum,
    }


@functools.cache
def _of_keras() -> dict[str, type[keras.optimizers.Optimizer]]:
    base = keras.optimizers.Optimizer
    return {
        name.lower(): kind
        for name, kind in inspect.getmembers(keras.optimizers, inspect.isclass)
        if issubclass(kind, base) and name not in _NO_RULE
    }
