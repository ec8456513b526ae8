"""The stack of layers that share their weights (paper, section 3.1)."""

import itertools
from collections.abc import Callable
from contextlib import nullcontext

import keras
from keras import ops

from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import AlbertLayer
from albert_tf.layers.dropout import split_seed
from albert_tf.layers.transformer_block import TransformerBlock

_SEEDS_PER_BLOCK = 3


@keras.saving.register_keras_serializable(package="albert_tf")
class SharedEncoder(AlbertLayer):
    """N layers made of a few distinct blocks.

    `config.sharing`, `num_hidden_groups` and `inner_group_num` say which
    blocks there are and which of them a layer applies.

    Args:
        config: the model's sizes and rates.
        rematerialize: compute a layer again for its gradient instead of
            keeping what it computed; less memory for about a third more time.
            A loop keeps what it computed all the same.
        **kwargs: Keras' layer arguments.
    """

    def __init__(
        self, config: AlbertConfig, rematerialize: bool = False, **kwargs
    ):
        super().__init__(config, **kwargs)
        self.rematerialize = rematerialize
        self.blocks = []
        for k in range(config.num_blocks):
            shared = {
                name: self._shared(owner, name)
                for name in ("attention", "feed_forward")
                if (owner := config.owner(k, name)) != k
            }
            self.blocks.append(
                TransformerBlock(
                    config, **shared, dtype=self.dtype_policy, name=f"block_{k}"
                )
            )

    def _shared(self, owner: int, name: str):
        """What a block uses of the block that has the matrices."""
        sublayer = getattr(self.blocks[owner], name)
        return sublayer if self.config.shared_norms else sublayer.twin()

    def build(self, input_shape=None):
        """Makes the weights; no input shape is needed."""
        for block in self.blocks:
            block.build()
        self.built = True

    def call(self, x, padding_mask, seed=None, loop=False, return_layers=False):
        """Applies all layers.

        Args:
            x: float [B, L, H].
            padding_mask: int or bool [B, L], 1 at tokens, 0 at padding.
            seed: integer [2] for dropout, or None for none.
            loop: run layers of the same weights as one loop instead of
                writing them out. The graph then holds one copy of the block,
                and a runtime that packs weights packs them once.
            return_layers: also return what every layer gave; such layers are
                written out.

        Returns:
            The last layer's output, float [B, L, H]; with `return_layers`
            also the list of every layer's output and the list of attention
            probabilities, float32 [B, A, L, L], of every block applied.
        """
        if return_layers:
            outputs, attentions = [], []
            for layer in range(self.config.num_hidden_layers):
                x, probabilities = self._layer(
                    layer, layer, x, padding_mask, seed
                )
                outputs.append(x)
                attentions.extend(probabilities)
            return x, outputs, attentions
        for layers in self._runs():
            if loop and len(layers) > 1:
                x = self._loop(layers, x, padding_mask, seed)
            else:
                for layer in layers:
                    x = self._step(layer, padding_mask, seed)(x)
        return x

    def _runs(self) -> list[range]:
        """Runs of consecutive layers that differ in vectors at most."""
        config = self.config
        by = config.group_of_layer
        if config.sharing != "all":
            by = config.blocks_of_layer
        layers = range(config.num_hidden_layers)
        runs = []
        for _, run in itertools.groupby(layers, by):
            run = list(run)
            runs.append(range(run[0], run[-1] + 1))
        return runs

    def _layer(self, layer, twin: int, x, padding_mask, seed):
        """Applies layer number `layer`, maybe a tensor.

        Args:
            layer: integer or scalar integer tensor; it numbers the seeds.
            twin: a layer whose blocks are applied.
            x: float [B, L, H].
            padding_mask: int or bool [B, L].
            seed: integer [2] or None.

        Returns:
            float [B, L, H] and a list of attention probabilities.
        """
        probabilities = []
        blocks = self.config.blocks_of_layer(twin)
        for inner, k in enumerate(blocks):
            applied = layer * len(blocks) + inner
            block_seed = split_seed(seed, applied * _SEEDS_PER_BLOCK)
            x, p = self.blocks[k](x, padding_mask, seed=block_seed)
            probabilities.append(p)
        return x, probabilities

    def _step(self, layer: int, padding_mask, seed):
        """Layer number `layer` as a function of `x` alone."""

        def step(x):
            return self._layer(layer, layer, x, padding_mask, seed)[0]

        return keras.remat(step) if self.rematerialize else step

    def _loop(self, layers: range, x, padding_mask, seed):
        first, weights_of = layers.start, self._weights_by_layer(layers)

        def body(layer, x):
            with weights_of(layer):
                return self._layer(layer, first, x, padding_mask, seed)[0]

        return ops.fori_loop(layers.start, layers.stop, body, x)

    def _weights_by_layer(self, layers: range) -> Callable:
        """How the blocks of a run's first layer become those of any other.

        Returns:
            From the number of a layer, a scalar integer tensor, to a scope in
            which the first layer's weights have that layer's values.
        """
        if self.config.shared_norms:
            return lambda layer: nullcontext()
        matrices = self._weights(layers.start, 2)
        rows = zip(*(self._weights(layer, 1) for layer in layers), strict=True)
        same = [(v, v.value) for v in matrices]
        tables = [(row[0], ops.stack([v.value for v in row])) for row in rows]

        def scope(layer):
            row = layer - layers.start
            own = [(v, ops.take(table, row, 0)) for v, table in tables]
            return keras.StatelessScope([*same, *own])

        return scope

    def _weights(self, layer: int, axes: int) -> list[keras.Variable]:
        """The weights of a layer's blocks: vectors, or matrices (2 axes)."""
        return [
            weight
            for k in self.config.blocks_of_layer(layer)
            for weight in self.blocks[k].weights
            if len(weight.shape) == axes
        ]

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {**super().get_config(), "rematerialize": self.rematerialize}
