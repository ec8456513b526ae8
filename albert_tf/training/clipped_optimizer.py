"""What our optimizers have in common."""

import re

import keras

from albert_tf.training.gradients import clip_by_global_norm_across_replicas

# The names of weights that do not decay; TensorFlow puts ":0" after its own.
NO_DECAY = [r"gamma(:0)?$", r"beta(:0)?$", r"bias(:0)?$", r"gate(:0)?$"]


class ClippedOptimizer:
    """Makes an optimizer clip the whole gradient and spare some weights.

    To be named before a class of `keras.optimizers`. The clipping is right
    under `tf.distribute` too. Biases, gates and the weights of LayerNorm
    (`gamma` and `beta`) do not decay.

    Args:
        learning_rate: a number or a schedule.
        clip_norm: the largest norm of the whole gradient, None for any.
        **options: of the optimizer.

    Attributes:
        gradient_norm: float32 variable, the norm of the last whole gradient
            before it was clipped.
    """

    def __init__(self, learning_rate, clip_norm=1.0, **options):
        super().__init__(learning_rate, **options)
        self.clip_norm = clip_norm
        self.gradient_norm = self.add_variable(
            shape=(),
            dtype="float32",
            aggregation="only_first_replica",
            name="gradient_norm",
        )

    def build(self, variables):
        """Makes what is kept for each weight."""
        if self.built:
            return
        self.exclude_from_weight_decay(
            var_list=[v for v in variables if not decays(v)]
        )
        super().build(variables)

    def apply(self, grads, trainable_variables=None):
        """Does a step.

        Args:
            grads: one gradient a weight.
            trainable_variables: the weights; None for those it was built with.
        """
        limit = float("inf") if self.clip_norm is None else self.clip_norm
        grads, norm = clip_by_global_norm_across_replicas(grads, limit)
        self.gradient_norm.assign(norm)
        super().apply(grads, trainable_variables)


def decays(variable: keras.Variable) -> bool:
    """Whether a weight decays: no bias, no gate, not of LayerNorm."""
    return not any(re.search(name, variable.name) for name in NO_DECAY)
