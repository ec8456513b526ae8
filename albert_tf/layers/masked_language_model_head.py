"""The head that predicts masked tokens."""

import keras
from keras import ops

from albert_tf.config import AlbertConfig
from albert_tf.layers.activations import activation
from albert_tf.layers.albert_layer import AlbertLayer
from albert_tf.layers.factorized_embedding import FactorizedEmbedding


@keras.saving.register_keras_serializable(package="albert_tf")
class MaskedLanguageModelHead(AlbertLayer):
    """Back from width H to E, then scores by the token embedding itself.

    Args:
        config: the model's sizes and rates.
        **kwargs: Keras' layer arguments.
    """

    def __init__(self, config: AlbertConfig, **kwargs):
        super().__init__(config, **kwargs)
        self.transform = self.dense(
            config.embedding_size, "transform", activation=activation(config)
        )
        self.norm = self.layer_norm("layer_norm")

    def build(self, input_shape=None):
        """Makes the weights; no input shape is needed."""
        self.transform.build((None, None, self.config.output_size))
        self.norm.build((None, None, self.config.embedding_size))
        self.output_bias = self.add_weight(
            shape=(self.config.vocab_size,),
            initializer="zeros",
            name="output_bias",
        )
        self.built = True

    def call(self, x, positions, embedding: FactorizedEmbedding):
        """Scores the vocabulary at some positions.

        Args:
            x: float [B, L, H], the encoder's output.
            positions: int32 [B, P]; None for all, P = L.
            embedding: the encoder's embedding, whose token table is reused.

        Returns:
            float32 [B, P, V].
        """
        if positions is not None:
            x = ops.take_along_axis(x, ops.expand_dims(positions, -1), axis=1)
        x = self.norm(self.transform(x))
        return ops.cast(embedding.logits(x) + self.output_bias, "float32")
