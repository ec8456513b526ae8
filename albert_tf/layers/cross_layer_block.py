"""A transformer block that also reads what the block before has read."""

import keras

from albert_tf.layers.cross_layer_attention import CrossLayerAttention
from albert_tf.layers.dropout import split_seed
from albert_tf.layers.transformer_block import TransformerBlock


@keras.saving.register_keras_serializable(package="albert_tf")
class CrossLayerBlock(TransformerBlock):
    """A `TransformerBlock` with `CrossLayerAttention`.

    Args:
        *args: those of `TransformerBlock`.
        **kwargs: those of `TransformerBlock`.
    """

    attention_class = CrossLayerAttention

    def call(
        self, x, padding_mask, seed=None, queries=None, previous=None, number=0
    ):
        """Applies the block.

        Args:
            x: float [B, L, H].
            padding_mask: int or bool [B, L], 1 at tokens, 0 at padding.
            seed: integer [2] for dropout, or None for none.
            queries: float [B, Q, H], the tokens of `x` whose output is wanted;
                None for all.
            previous: float [B, L, H], see `CrossLayerAttention`.
            number: see `CrossLayerAttention`.

        Returns:
            The output, float [B, Q, H], and the attention probabilities,
            float32 [B, A, Q, 2 L].
        """
        attended, probabilities = self.attention(
            x,
            padding_mask,
            seed=split_seed(seed, 0),
            queries=queries,
            previous=previous,
            number=number,
        )
        x = x if queries is None else queries
        return self._finish(x, attended, seed), probabilities
