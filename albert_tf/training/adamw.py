"""The optimizer for fine-tuning."""

import keras
from keras import ops

from albert_tf.training.gradients import clip_by_global_norm_across_replicas


@keras.saving.register_keras_serializable(package="albert_tf")
class AdamW(keras.optimizers.Optimizer):
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
        super().__init__(learning_rate, weight_decay=weight_decay, name=name)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.clip_norm = clip_norm

    def build(self, variables):
        """Makes m and v of all weights."""
        if self.built:
            return
        self.exclude_from_weight_decay(
            var_list=[
                variable
                for variable in variables
                if variable.name in ("gamma", "beta")
                or variable.name.endswith("bias")
            ]
        )
        super().build(variables)
        self._m = self.add_optimizer_variables(variables, "m")
        self._v = self.add_optimizer_variables(variables, "v")

    def apply(self, grads, trainable_variables=None):
        """Does a step.

        Args:
            grads: one gradient a weight.
            trainable_variables: the weights; None for those it was built with.
        """
        if self.clip_norm is not None:
            grads, _ = clip_by_global_norm_across_replicas(
                grads, self.clip_norm
            )
        super().apply(grads, trainable_variables)

    def update_step(self, gradient, variable, learning_rate):
        """Changes one weight, its m and its v."""
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, variable.dtype)
        learning_rate = ops.cast(learning_rate, variable.dtype)
        m = self.beta_1 * self._m[index] + (1 - self.beta_1) * gradient
        v = self.beta_2 * self._v[index] + (1 - self.beta_2) * ops.square(
            gradient
        )
        self.assign(self._m[index], m)
        self.assign(self._v[index], v)
        self.assign_sub(
            variable, learning_rate * m / (ops.sqrt(v) + self.epsilon)
        )

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
