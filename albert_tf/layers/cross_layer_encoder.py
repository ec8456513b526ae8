"""The stack of layers that also read what the layer before has read."""

from collections.abc import Callable

import keras
from keras import ops

from albert_tf.layers.cross_layer_block import CrossLayerBlock
from albert_tf.layers.shared_encoder import SharedEncoder


@keras.saving.register_keras_serializable(package="albert_tf")
class CrossLayerEncoder(SharedEncoder):
    """A `SharedEncoder` whose layers hand on their input beside their output.

    Args:
        *args: those of `SharedEncoder`.
        **kwargs: those of `SharedEncoder`.
    """

    block_class = CrossLayerBlock

    def call(self, x, padding_mask, return_layers=False, **kwargs):
        """Applies all layers.

        Args:
            x: float [B, L, H].
            padding_mask: int or bool [B, L], 1 at tokens, 0 at padding.
            return_layers: see `SharedEncoder`.
            **kwargs: see `SharedEncoder`.

        Returns:
            As `SharedEncoder`; attention probabilities are float32
            [B, A, L, 2 L], those of the layer's own input first.
        """
        # Nothing is before the first layer; what stands there is not read.
        x = super().call(
            (x, x), padding_mask, return_layers=return_layers, **kwargs
        )
        if not return_layers:
            return x[0]
        (x, _), outputs, attentions = x
        return x, [output for output, _ in outputs], attentions

    def _apply(self, k: int, number, x, padding_mask, seed, wanted):
        x, previous = x
        output, probabilities = self.blocks[k](
            x,
            padding_mask,
            seed=seed,
            queries=None if wanted is None else x[:, :wanted],
            previous=previous,
            number=number,
        )
        # Not as it is: a loop of TFLite loses what its body only passes on.
        mask = ops.cast(padding_mask, x.dtype)
        return (output, x * ops.expand_dims(mask, -1)), probabilities

    def run_until(
        self, x, padding_mask, state, read: Callable, enough: Callable
    ):
        """Applies layers until what was read is enough; see `SharedEncoder`."""

        def read_output(layer, x, *state):
            return read(layer, x[0], *state)

        return super().run_until(
            (x, x), padding_mask, state, read_output, enough
        )
