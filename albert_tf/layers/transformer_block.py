"""One transformer block with LayerNorm after each sublayer."""

import keras

from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import AlbertLayer
from albert_tf.layers.dropout import dropout, split_seed
from albert_tf.layers.feed_forward import FeedForward
from albert_tf.layers.self_attention import SelfAttention


@keras.saving.register_keras_serializable(package="albert_tf")
class TransformerBlock(AlbertLayer):
    """Self-attention, then the feed-forward network, each `LN(x + f(x))`.

    Args:
        config: the model's sizes and rates.
        attention: a `SelfAttention` that other blocks use too; None makes
            the block's own.
        feed_forward: a `FeedForward` that other blocks use too; None makes
            the block's own.
        **kwargs: Keras' layer arguments.
    """

    attention_class = SelfAttention

    def __init__(
        self,
        config: AlbertConfig,
        attention: SelfAttention | None = None,
        feed_forward: FeedForward | None = None,
        **kwargs,
    ):
        super().__init__(config, **kwargs)
        self.attention = attention or self.attention_class(
            config, dtype=self.dtype_policy, name="attention"
        )
        self.attention_norm = self.layer_norm("attention_layer_norm")
        self.feed_forward = feed_forward or FeedForward(
            config, dtype=self.dtype_policy, name="feed_forward"
        )
        self.feed_forward_norm = self.layer_norm("feed_forward_layer_norm")

    def build(self, input_shape=None):
        """Makes the weights; no input shape is needed."""
        shape = (None, None, self.config.hidden_size)
        for sublayer in (self.attention, self.feed_forward):
            if not sublayer.built:  # a shared one is built by its first block
                sublayer.build(shape)
        self.attention_norm.build(shape)
        self.feed_forward_norm.build(shape)
        self.built = True

    def call(self, x, padding_mask, seed=None, queries=None):
        """Applies the block.

        Args:
            x: float [B, L, H].
            padding_mask: int or bool [B, L], 1 at tokens, 0 at padding.
            seed: integer [2] for dropout, or None for none.
            queries: float [B, Q, H], the tokens of `x` whose output is wanted;
                None for all.

        Returns:
            The output, float [B, Q, H], and the attention probabilities,
            float32 [B, A, Q, L].
        """
        attended, probabilities = self.attention(
            x, padding_mask, seed=split_seed(seed, 0), queries=queries
        )
        x = x if queries is None else queries
        return self._finish(x, attended, seed), probabilities

    def _finish(self, x, attended, seed):
        """All that follows the attention, [B, Q, H]."""
        rate = self.config.hidden_dropout_prob
        attended = dropout(attended, rate, split_seed(seed, 1))
        x = self.attention_norm(x + attended)
        transformed = dropout(self.feed_forward(x), rate, split_seed(seed, 2))
        return self.feed_forward_norm(x + transformed)
