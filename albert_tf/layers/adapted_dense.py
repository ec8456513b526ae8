"""A dense layer whose matrix is shared, with a small addition of its own."""

import keras
from keras import ops

from albert_tf.errors import UserError
from albert_tf.layers.dense import Dense


@keras.saving.register_keras_serializable(package="albert_tf")
class AdaptedDense(Dense):
    """Adds matrices of low rank: W x + b + up (down x).

    What layers share with W they need not do alike (Bae et al., 2024, "Relaxed
    Recursive Transformers"). `up` is 0 at the start, so that nothing is added.

    Args:
        units: how many numbers it gives.
        rank: R, how many numbers `down` gives.
        **kwargs: those of Keras' dense layer.
    """

    def __init__(self, units: int, rank: int, **kwargs):
        super().__init__(units, **kwargs)
        self.rank = rank

    def build(self, input_shape):
        """Makes the weights."""
        super().build(input_shape)
        self.down = self.add_weight(
            name="adapter_down",
            shape=(input_shape[-1], self.rank),
            initializer=self.kernel_initializer,
        )
        self.up = self.add_weight(
            name="adapter_up",
            shape=(self.rank, self.units),
            initializer="zeros",
        )

    def call(self, inputs, training=None):
        """Transforms the last axis, [..., inputs] -> [..., units]."""
        added = ops.matmul(ops.matmul(inputs, self.down), self.up)
        x = ops.matmul(inputs, self.kernel) + self.bias + added
        return x if self.activation is None else self.activation(x)

    def quantize(self, mode=None, type_check=True, config=None):
        """Raises `UserError`: Keras would leave the addition out."""
        raise UserError(
            f"a model with layer_adapters={self.rank} cannot be quantized by "
            "Keras; export.to_tflite does it"
        )

    def save_own_variables(self, store):
        """Puts what is its own into a Keras file; called by Keras."""
        super().save_own_variables(store)
        store["down"], store["up"] = self.down, self.up

    def load_own_variables(self, store):
        """The inverse of `save_own_variables`; called by Keras."""
        self.down.assign(store["down"])
        self.up.assign(store["up"])
        super().load_own_variables(store)

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {**super().get_config(), "rank": self.rank}
