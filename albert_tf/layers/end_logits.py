"""Where an answer ends that starts at a token that is known."""

import keras
from keras import ops

from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import AlbertLayer


@keras.saving.register_keras_serializable(package="albert_tf")
class EndLogits(AlbertLayer):
    """Scores every token as the end, given the start (official squad_utils).

    The vectors of both go side by side through a dense layer with tanh, a
    LayerNorm and a dense layer with one output.

    Args:
        config: the model's sizes and rates.
        **kwargs: Keras' layer arguments.
    """

    def __init__(self, config: AlbertConfig, **kwargs):
        super().__init__(config, **kwargs)
        self.pair = self.dense(config.output_size, "pair")
        self.norm = self.layer_norm("layer_norm")
        self.score = self.dense(1, "score")

    def build(self, input_shape=None):
        """Makes the weights; no input shape is needed."""
        size = self.config.output_size
        self.pair.build((None, None, 2 * size))
        self.norm.build((None, None, None, size))
        self.score.build((None, None, None, size))
        self.built = True

    def call(self, x, starts):
        """Scores all tokens for each of some starts.

        Args:
            x: float [B, L, H], the encoder's output.
            starts: float [B, S, H], the vectors of the starts among it.

        Returns:
            float32 [B, S, L].
        """
        # Each half apart, as the layer is linear up to its bias, which is in
        # both: L + S rows to multiply rather than L * S.
        token = self.pair(ops.concatenate([x, ops.zeros_like(x)], -1))
        start = self.pair(ops.concatenate([ops.zeros_like(starts), starts], -1))
        start = ops.expand_dims(start - self.pair.bias, 2)
        pairs = ops.tanh(ops.expand_dims(token, 1) + start)
        scores = self.score(self.norm(pairs))
        return ops.cast(ops.squeeze(scores, -1), "float32")
