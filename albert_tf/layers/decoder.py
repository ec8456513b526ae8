"""The stack of a decoder's layers, which may share their weights."""

import functools

import keras
from keras import ops

from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import AlbertLayer
from albert_tf.layers.decoder_block import DecoderBlock
from albert_tf.layers.dropout import split_seed

_SEEDS_PER_BLOCK = 5


@keras.saving.register_keras_serializable(package="albert_tf")
class Decoder(AlbertLayer):
    """N decoder layers made of one block, or of a block each.

    Args:
        config: the decoder's sizes and rates; `sharing` is "all" or "none".
        rematerialize: see `SharedEncoder`.
        **kwargs: Keras' layer arguments.
    """

    def __init__(
        self, config: AlbertConfig, rematerialize: bool = False, **kwargs
    ):
        super().__init__(config, **kwargs)
        self.rematerialize = rematerialize
        self.blocks = [
            DecoderBlock(config, dtype=self.dtype_policy, name=f"block_{k}")
            for k in range(config.num_blocks)
        ]

    def build(self, input_shape=None):
        """Makes the weights; no input shape is needed."""
        for block in self.blocks:
            block.build()
        self.built = True

    def call(self, x, states, padding_mask, seed=None, loop=False):
        """Applies all layers.

        Args:
            x: float [B, T, H], the embedded target.
            states: float [B, L, H], what the encoder made of the source.
            padding_mask: int or bool [B, L], 1 at its tokens, 0 at padding.
            seed: integer [2] for dropout, or None for none.
            loop: run layers of the same weights as one loop, see
                `SharedEncoder`.

        Returns:
            float [B, T, H]; a row of T depends on those before it alone.
        """
        positions = ops.arange(ops.shape(x)[1])
        causal_mask = ops.expand_dims(
            ops.expand_dims(positions, 1) >= positions, 0
        )

        def apply(layer, x, block):
            layer_seed = split_seed(seed, layer * _SEEDS_PER_BLOCK)
            return block(x, causal_mask, states, padding_mask, seed=layer_seed)

        layers = self.config.num_hidden_layers
        if loop and len(self.blocks) == 1:
            body = functools.partial(apply, block=self.blocks[0])
            return ops.fori_loop(0, layers, body, x)
        for layer in range(layers):
            (number,) = self.config.blocks_of_layer(layer)
            step = functools.partial(apply, layer, block=self.blocks[number])
            x = (keras.remat(step) if self.rematerialize else step)(x)
        return x

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {**super().get_config(), "rematerialize": self.rematerialize}
