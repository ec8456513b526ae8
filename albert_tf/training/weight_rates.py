"""Optimizers in which each weight has a rate of its own."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import keras
from keras import ops

from albert_tf.training.clipped_optimizer import decays


class WeightRates:
    """Gives each weight its share of the learning rate, and shrinks weights.

    To be named before a class of `keras.optimizers`, see `with_weight_rates`.
    A step of rate r, besides what the optimizer does to a matrix w:

        w = w - r * (weight_decay * w + l1 * sign(w))

    Biases and the weights of LayerNorm are not shrunk.

    Args:
        *arguments: of the optimizer.
        rates: the shares by the paths of the weights; None for all alike.
        shrink: `weight_decay`, where the optimizer does not do that itself.
        l1: see above.
        **options: of the optimizer.
    """

    def __init__(self, *arguments, rates=None, shrink=0.0, l1=0.0, **options):
        super().__init__(*arguments, **options)
        self.rates: Mapping[str, float] | None = rates
        self.shrink, self.l1 = shrink, l1

    def build(self, variables):
        """Makes what is kept for each weight."""
        if self.built:
            return
        super().build(variables)
        # By number: under `tf.distribute` a step sees variables of
        # TensorFlow, which have no path.
        self._shares = [
            1.0 if self.rates is None else self.rates[variable.path]
            for variable in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        """Changes one weight."""
        share = self._shares[self._get_variable_index(variable)]
        rate = ops.cast(learning_rate, variable.dtype) * share
        if (self.shrink or self.l1) and decays(variable):
            change = self.shrink * variable + self.l1 * ops.sign(variable)
            self.assign_sub(variable, rate * change)
        super().update_step(gradient, variable, rate)

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {
            **super().get_config(),
            "rates": self.rates,
            "shrink": self.shrink,
            "l1": self.l1,
        }


@functools.cache
def with_weight_rates(kind: type) -> type:
    """The optimizer `kind` as one of `WeightRates`."""
    made = type(f"{kind.__name__}WithWeightRates", (WeightRates, kind), {})
    return keras.saving.register_keras_serializable("albert_tf")(made)
