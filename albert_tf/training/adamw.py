"""The optimizer for fine-tuning."""

import keras
from keras import ops

from albert_tf.training.clipped_optimizer import ClippedOptimizer


@keras.saving.register_keras_serializable(package="albert_tf")
class AdamW(ClippedOptimizer, keras.optimizers.Optimizer):
    """Adam with decoupled weight decay, as the official code defines it.

    From `AdamWeightDecayOptimizer` of the official optimization.py. For the
    gradient g of a weight w, after clipping all gradients by their norm:

        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        w = w - learning_rate * (m / (sqrt(v) + epsilon) + weight_decay * w)

    Other than in `keras.optimizers.AdamW`, m and v are not corrected for their
    bias towards 0, and the clipping is right under `tf.distribute`. Biases
    and the weights of LayerNorm (`gamma` and `beta`) do not decay.

    Args:
        learning_rate: a number or a schedule.
        weight_decay: share of a weight that goes in a step of rate 1.
        beta_1: how much of m stays.
        beta_2: how much of v stays.
        epsilon: keeps the quotient finite.
        clip_norm: the largest norm of the whole gradient, None for any.
        name: of the optimizer.

    Attributes:
        gradient_norm: float32 variable, the norm of the last whole gradient
            before it was clipped.
    """

    def __init__(
        self,
        learning_rate,
        weight_decay=0.01,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-6,
        clip_norm=1.0,
        name="adamw",
    ):
        # Keras subtracts learning_rate * weight_decay * w before
        # `update_step`, which gives the same sum.
        super().__init__(
            learning_rate,
            clip_norm=clip_norm,
            weight_decay=weight_decay,
            name=name,
        )
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables):
        """Makes m and v of all weights."""
        if self.built:
            return
        super().build(variables)
        self._m = self.add_optimizer_variables(variables, "m")
        self._v = self.add_optimizer_variables(variables, "v")

    def update_step(self, gradient, variable, learning_rate):
        """Changes one weight, its m and its v."""
        update = self.adam_update(gradient, variable)
        learning_rate = ops.cast(learning_rate, variable.dtype)
        self.assign_sub(variable, learning_rate * update)

    def adam_update(self, gradient, variable):
        """Changes m and v of one weight; returns m / (sqrt(v) + epsilon)."""
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, variable.dtype)
        m = self.beta_1 * self._m[index] + (1 - self.beta_1) * gradient
        v = self.beta_2 * self._v[index] + (1 - self.beta_2) * ops.square(
            gradient
        )
        self.assign(self._m[index], m)
        self.assign(self._v[index], v)
        return m / (ops.sqrt(v) + self.epsilon)

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        config = super().get_config()
        return {
            "learning_rate": config["learning_rate"],
            "weight_decay": self.weight_decay,
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "clip_norm": self.clip_norm,
            "name": self.name,
        }
