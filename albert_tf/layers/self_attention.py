"""Multi-head self-attention."""

import math

import keras
from keras import ops

from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import AlbertLayer
from albert_tf.layers.dropout import dropout


@keras.saving.register_keras_serializable(package="albert_tf")
class SelfAttention(AlbertLayer):
    """Every token attends to every token of its sequence.

    Args:
        config: the model's sizes and rates.
        **kwargs: Keras' layer arguments.
    """

    def __init__(self, config: AlbertConfig, **kwargs):
        super().__init__(config, **kwargs)
        self.query = self.shared_dense(config.hidden_size, "query")
        self.key = self.shared_dense(config.hidden_size, "key")
        self.value = self.shared_dense(config.hidden_size, "value")
        self.output_dense = self.shared_dense(config.hidden_size, "output")

    def build(self, input_shape=None):
        """Makes the weights; no input shape is needed."""
        shape = (None, None, self.config.hidden_size)
        for dense in (self.query, self.key, self.value, self.output_dense):
            dense.build(shape)
        self.built = True

    def call(self, x, padding_mask, seed=None, queries=None):
        """Attends.

        Args:
            x: float [B, L, H].
            padding_mask: int or bool [B, L], 1 at tokens, 0 at padding; or
                [B, Q, L], 1 at what each query may attend to.
            seed: integer [2] for dropout, or None for none.
            queries: float [B, Q, H], the tokens that attend; None for all.

        Returns:
            The output, float [B, Q, H], and the attention probabilities
            before dropout, float32 [B, A, Q, L].
        """
        queries = x if queries is None else queries
        return self._attend(queries, x, padding_bias(padding_mask), seed)

    def _attend(self, queries, states, bias, seed):
        """Attends to states, with a bias on their scores.

        Args:
            queries: float [B, Q, H].
            states: float [B, L, H].
            bias: float32, to be added to [B, A, Q, L].
            seed: integer [2] or None.
        """
        query = self._split_heads(self.query(queries))
        key = self._split_heads(self.key(states))
        value = self._split_heads(self.value(states))

        query = query * (1 / math.sqrt(self.config.head_size))
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2)))
        scores = ops.cast(scores, "float32") + bias
        probabilities = self._softmax(scores)

        weights = dropout(
            probabilities, self.config.attention_probs_dropout_prob, seed
        )
        context = ops.matmul(ops.cast(weights, value.dtype), value)
        return self.output_dense(self._join_heads(context)), probabilities

    def _softmax(self, scores):
        """Probabilities of scores, float32 [B, A, Q, L]."""
        return ops.softmax(scores, axis=-1)

    def _split_heads(self, x):
        """[B, L, H] -> [B, A, L, D]."""
        batch, length, _ = ops.shape(x)
        heads, size = self.config.num_attention_heads, self.config.head_size
        x = ops.reshape(x, (batch, length, heads, size))
        return ops.transpose(x, (0, 2, 1, 3))

    def _join_heads(self, x):
        """[B, A, L, D] -> [B, L, H]."""
        batch, _, length, _ = ops.shape(x)
        x = ops.transpose(x, (0, 2, 1, 3))
        return ops.reshape(x, (batch, length, self.config.hidden_size))


def padding_bias(padding_mask):
    """What is added to the scores, float32 [B, 1, 1 or Q, L].

    0 at tokens and -10000 at padding, as in the official code: finite, so
    that a row of padding alone gives equal attention instead of NaN.
    """
    mask = ops.cast(padding_mask, "float32")
    axes = (1, 2) if len(mask.shape) == 2 else (1,)
    return ops.expand_dims((mask - 1.0) * 10000.0, axis=axes)
