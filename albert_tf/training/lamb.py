"""The optimizer for pre-training."""

import keras
from keras import ops

from albert_tf.training.adamw import AdamW
from albert_tf.training.clipped_optimizer import decays


@keras.saving.register_keras_serializable(package="albert_tf")
class Lamb(AdamW):
    """`AdamW` with a rate of its own for each weight, for large batches.

    From `LAMBOptimizer` of the official lamb_optimizer.py. With m and v as in
    `AdamW`, a weight w that decays changes by

        update = m / (sqrt(v) + epsilon) + weight_decay * w
        ratio = norm(w) / norm(update), or 1 if one of the norms is 0
        w = w - learning_rate * ratio * update

    Biases and the weights of LayerNorm (`gamma` and `beta`) neither decay nor
    have a ratio. Other than in `keras.optimizers.Lamb`, the decay is part of
    the update.

    Args:
        learning_rate: a number or a schedule.
        weight_decay: share of a weight that is added to its update.
        name: of the optimizer.
        **options: the other arguments of `AdamW`.

    Attributes:
        gradient_norm: float32 variable, the norm of the last whole gradient
            before it was clipped.
    """

    def __init__(
        self, learning_rate, weight_decay=0.01, name="lamb", **options
    ):
        # Keras would apply the decay that it is given before the update.
        super().__init__(learning_rate, weight_decay=None, name=name, **options)
        self.update_decay = weight_decay

    def build(self, variables):
        """Makes m and v of all weights, and the ratios of those that decay."""
        if self.built:
            return
        super().build(variables)
        self._ratios = [
            self.add_variable(
                shape=(),
                initializer="ones",
                dtype="float32",
                aggregation="only_first_replica",
                name=variable.path.replace("/", "_") + "_trust_ratio",
            )
            if decays(variable)
            else None
            for variable in variables
        ]

    @property
    def trust_ratios(self) -> dict[str, keras.Variable]:
        """The last ratio of each weight that decays, float32, by its path."""
        pairs = zip(self._trainable_variables, self._ratios, strict=True)
        return {w.path: ratio for w, ratio in pairs if ratio is not None}

    def update_step(self, gradient, variable, learning_rate):
        """Changes one weight, its m, its v and its ratio."""
        update = self.adam_update(gradient, variable)
        learning_rate = ops.cast(learning_rate, variable.dtype)
        ratio = self._ratios[self._get_variable_index(variable)]
        if ratio is not None:
            update = update + self.update_decay * variable
            value = _trust_ratio(variable, update)
            self.assign(ratio, value)
            learning_rate = learning_rate * ops.cast(value, variable.dtype)
        self.assign_sub(variable, learning_rate * update)

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {**super().get_config(), "weight_decay": self.update_decay}


def _trust_ratio(weight, update):
    """norm(weight) / norm(update), float32; 1 if one of them is 0."""
    weight_norm = ops.norm(ops.cast(weight, "float32"))
    update_norm = ops.norm(ops.cast(update, "float32"))
    both = ops.logical_and(weight_norm > 0, update_norm > 0)
    return ops.where(both, weight_norm / update_norm, 1.0)
