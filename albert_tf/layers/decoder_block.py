"""One block of a decoder with LayerNorm after each sublayer."""

import keras

from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import AlbertLayer
from albert_tf.layers.dropout import dropout, split_seed
from albert_tf.layers.feed_forward import FeedForward
from albert_tf.layers.self_attention import SelfAttention


@keras.saving.register_keras_serializable(package="albert_tf")
class DecoderBlock(AlbertLayer):
    """A `TransformerBlock` that also attends to what an encoder read.

    Self-attention to the tokens before, attention to the encoder's states,
    then the feed-forward network, each `LN(x + f(x))` (Vaswani et al., 2017,
    section 3.1).

    Args:
        config: the decoder's sizes and rates.
        **kwargs: Keras' layer arguments.
    """

    def __init__(self, config: AlbertConfig, **kwargs):
        super().__init__(config, **kwargs)
        self.attention, self.cross_attention = (
            SelfAttention(config, dtype=self.dtype_policy, name=name)
            for name in ("attention", "cross_attention")
        )
        self.feed_forward = FeedForward(
            config, dtype=self.dtype_policy, name="feed_forward"
        )
        self.attention_norm, self.cross_attention_norm = (
            self.layer_norm(f"{name}_layer_norm")
            for name in ("attention", "cross_attention")
        )
        self.feed_forward_norm = self.layer_norm("feed_forward_layer_norm")

    def build(self, input_shape=None):
        """Makes the weights; no input shape is needed."""
        for layer in self._layers:
            layer.build((None, None, self.config.hidden_size))
        self.built = True

    def call(self, x, causal_mask, states, padding_mask, seed=None):
        """Applies the block.

        Args:
            x: float [B, T, H].
            causal_mask: int or bool [1, T, T], 1 at what a token may see.
            states: float [B, L, H], what the encoder made of the source.
            padding_mask: int or bool [B, L], 1 at its tokens, 0 at padding.
            seed: integer [2] for dropout, or None for none.

        Returns:
            float [B, T, H].
        """
        rate = self.config.hidden_dropout_prob
        attended, _ = self.attention(x, causal_mask, seed=split_seed(seed, 0))
        attended = dropout(attended, rate, split_seed(seed, 1))
        x = self.attention_norm(x + attended)
        attended, _ = self.cross_attention(
            states, padding_mask, seed=split_seed(seed, 2), queries=x
        )
        attended = dropout(attended, rate, split_seed(seed, 3))
        x = self.cross_attention_norm(x + attended)
        transformed = dropout(self.feed_forward(x), rate, split_seed(seed, 4))
        return self.feed_forward_norm(x + transformed)
