"""Self-attention that also reads what the layer before has read."""

import keras
from keras import ops

from albert_tf.layers.gates import add_gate, opening
from albert_tf.layers.self_attention import SelfAttention, padding_bias


@keras.saving.register_keras_serializable(package="albert_tf")
class CrossLayerAttention(SelfAttention):
    """Every token attends to every token, as it is and as it was before.

    Keys and values are made of both in the same way, and one softmax goes over
    them. A gate for each head says how much of its attention is this one; the
    rest, all of it at the start, is to tokens as they are.

    Args:
        config: the model's sizes and rates.
        **kwargs: Keras' layer arguments.
    """

    def build(self, input_shape=None):
        """Makes the weights; no input shape is needed."""
        super().build(input_shape)
        heads = (self.config.num_attention_heads,)
        self.gate = add_gate(self, heads, "previous_gate")

    def call(
        self, x, padding_mask, seed=None, queries=None, previous=None, number=0
    ):
        """Attends.

        Args:
            x: float [B, L, H].
            padding_mask: int or bool [B, L], 1 at tokens, 0 at padding.
            seed: integer [2] for dropout, or None for none.
            queries: float [B, Q, H], the tokens that attend; None for all.
            previous: float [B, L, H], what the block before was given.
            number: how many blocks there are before, integer or scalar
                integer tensor; with 0 nothing counts that is in `previous`.

        Returns:
            The output, float [B, Q, H], and the attention probabilities
            before dropout, float32 [B, A, Q, 2 L], first those of `x`.
        """
        bias = padding_bias(padding_mask)
        absent = ops.where(ops.equal(number, 0), -10000.0, 0.0)
        return self._attend(
            x if queries is None else queries,
            ops.concatenate([x, previous], axis=1),
            ops.concatenate([bias, bias + absent], axis=-1),
            seed,
        )

    def _softmax(self, scores):
        own, _ = ops.split(scores, 2, axis=-1)
        own = ops.softmax(own, axis=-1)
        own = ops.concatenate([own, ops.zeros_like(own)], axis=-1)
        both = ops.softmax(scores, axis=-1)
        share = ops.expand_dims(opening(self.gate), (1, 2))
        return own + share * (both - own)
