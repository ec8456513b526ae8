"""The position-wise feed-forward network."""

import keras

from albert_tf.config import AlbertConfig
from albert_tf.layers.activations import activation
from albert_tf.layers.albert_layer import AlbertLayer


@keras.saving.register_keras_serializable(package="albert_tf")
class FeedForward(AlbertLayer):
    """Two dense layers, H -> F -> H, with the activation between them.

    Args:
        config: the model's sizes and rates.
        **kwargs: Keras' layer arguments.
    """

    def __init__(self, config: AlbertConfig, **kwargs):
        super().__init__(config, **kwargs)
        self.intermediate = self.shared_dense(
            config.intermediate_size,
            "intermediate",
            activation=activation(config),
        )
        self.output_dense = self.shared_dense(config.hidden_size, "output")

    def build(self, input_shape=None):
        """Makes the weights; no input shape is needed."""
        self.intermediate.build((None, None, self.config.hidden_size))
        self.output_dense.build((None, None, self.config.intermediate_size))
        self.built = True

    def call(self, x):
        """Transforms each token alone.

        Args:
            x: float [B, L, H].

        Returns:
            float [B, L, H].
        """
        return self.output_dense(self.intermediate(x))
