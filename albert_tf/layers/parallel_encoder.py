"""Encoders that read a text side by side."""

import keras
from keras import ops

from albert_tf.config import AlbertConfig
from albert_tf.layers.dropout import split_seed
from albert_tf.layers.shared_encoder import SharedEncoder


@keras.saving.register_keras_serializable(package="albert_tf")
class ParallelEncoder(SharedEncoder):
    """Several encoders of one embedding, whose vectors are put together.

    Each has layers of its own, drawn for itself, and sees only what it gave
    itself in the layer before. They go layer by layer together, so that a
    loop is one loop: with n of them all outputs are n x H wide where a
    `SharedEncoder`'s are H wide.

    Args:
        config: the model's sizes and rates; `num_parallel_encoders` is n.
        rematerialize: see `SharedEncoder`.
        **kwargs: Keras' layer arguments.
    """

    def __init__(
        self, config: AlbertConfig, rematerialize: bool = False, **kwargs
    ):
        super().__init__(config, rematerialize, **kwargs)
        self.others = [
            SharedEncoder(
                config,
                rematerialize,
                dtype=self.dtype_policy,
                name=f"encoder_{number}",
            )
            for number in range(1, config.num_parallel_encoders)
        ]

    def encoders(self) -> list[SharedEncoder]:
        """All of them; the first one's blocks are this layer's own."""
        return [self, *self.others]

    def build(self, input_shape=None):
        """Makes the weights; no input shape is needed."""
        super().build(input_shape)
        for encoder in self.others:
            encoder.build()

    def call(
        self,
        x,
        padding_mask,
        seed=None,
        loop=False,
        return_layers=False,
        first_only=False,
    ):
        """As `SharedEncoder.call`, of `x`, float [B, L, H], for each."""
        x = self._for_each(x)
        return super().call(
            x, padding_mask, seed, loop, return_layers, first_only
        )

    def run_until(self, x, *args, **kwargs):
        """As `SharedEncoder.run_until`, of `x`, float [B, L, H], for each."""
        return super().run_until(self._for_each(x), *args, **kwargs)

    def _for_each(self, x):
        """[B, L, H] -> [B, L, n x H]."""
        return ops.concatenate([x] * len(self.encoders()), axis=-1)

    def _layer(self, layer, source: int, x, padding_mask, seed, wanted=None):
        """Applies a layer of each encoder to its part of `x`."""
        parts = ops.split(x, len(self.encoders()), axis=-1)
        outputs, probabilities = [], []
        for number, encoder in enumerate(self.encoders()):
            y, p = SharedEncoder._layer(
                encoder,
                layer,
                source,
                parts[number],
                padding_mask,
                split_seed(seed, number * self.seeds),
                wanted,
            )
            outputs.append(y)
            probabilities += p
        return ops.concatenate(outputs, axis=-1), probabilities
