"""A classifier for the output of each layer."""

from __future__ import annotations

import keras
from keras import ops

from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import AlbertLayer, initializer


@keras.saving.register_keras_serializable(package="albert_tf")
class ExitHeads(AlbertLayer):
    """The matrices and biases of classifiers, one a layer.

    Args:
        config: the model's sizes.
        number: how many there are.
        classes: C.
        **kwargs: Keras' layer arguments.
    """

    def __init__(
        self, config: AlbertConfig, number: int, classes: int, **kwargs
    ):
        super().__init__(config, **kwargs)
        self.number, self.classes = number, classes

    def build(self, input_shape=None):
        """Makes the weights."""
        self.kernel = self.add_weight(
            shape=(self.number, self.config.output_size, self.classes),
            initializer=initializer(self.config),
            name="kernel",
        )
        self.bias = self.add_weight(
            shape=(self.number, self.classes), initializer="zeros", name="bias"
        )
        self.built = True

    def call(self, kernel, bias):
        """The tables of all classifiers.

        Args:
            kernel: of the classifier after the last layer, [H, C].
            bias: its bias, [C].

        Returns:
            Matrices, float32 [number + 1, H, C], and biases, float32
            [number + 1, C].
        """
        pairs = ((self.kernel, kernel), (self.bias, bias))
        return tuple(
            ops.concatenate(
                [ops.cast(ours, "float32"), ops.cast(last, "float32")[None]]
            )
            for ours, last in pairs
        )

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {
            **super().get_config(),
            "number": self.number,
            "classes": self.classes,
        }
