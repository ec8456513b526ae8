"""The stack of layers that share their weights (paper, section 3.1)."""

from collections.abc import Callable
from contextlib import nullcontext

import keras
from keras import ops

from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import AlbertLayer
from albert_tf.layers.dropout import split_seed
from albert_tf.layers.own_weights import twin, weights_by_layer
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

    block_class = TransformerBlock

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
                self.block_class(
                    config, **shared, dtype=self.dtype_policy, name=f"block_{k}"
                )
            )

    def _shared(self, owner: int, name: str) -> AlbertLayer:
        """What a block gets of the block that has the matrices."""
        sublayer = getattr(self.blocks[owner], name)
        return sublayer if self.config.shared_norms else twin(sublayer)

    def build(self, input_shape=None):
        """Makes the weights; no input shape is needed."""
        for block in self.blocks:
            block.build()
        self.built = True

    def call(
        self,
        x,
        padding_mask,
        seed=None,
        loop=False,
        return_layers=False,
        first_only=False,
    ):
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
            first_only: nobody reads the output but for the first token; where
                L is not known before the graph runs, a loop computes the last
                layer for no other.

        Returns:
            The last layer's output, float [B, L, H], or [B, 1, H] for the
            first token; with `return_layers`
            also the list of every layer's output and the list of attention
            probabilities, float32 [B, A, L, L], of every block applied.
        """
        if return_layers:
            outputs, attentions = [], []
            for layer in range(self.config.num_hidden_layers):
                step = self._step(layer, padding_mask, seed, attentions=True)
                x, probabilities = step(x)
                outputs.append(x)
                attentions.extend(probabilities)
            return x, outputs, attentions
        for layers in self._runs():
            if loop and len(layers) > 1:
                is_last = layers.stop == self.config.num_hidden_layers
                is_open = padding_mask.shape[1] is None
                cut = first_only and is_last and is_open
                body = self._body(layers, padding_mask, seed, cut)
                x = ops.fori_loop(layers.start, layers.stop, body, x)
            else:
                for layer in layers:
                    x = self._step(layer, padding_mask, seed)(x)
        return x

    def _runs(self) -> list[range]:
        """Runs of consecutive layers that differ in vectors at most."""
        config = self.config
        if config.sharing == "all":
            groups = range(config.num_hidden_groups)
            return [config.layers_of_group(group) for group in groups]
        return [range(i, i + 1) for i in range(config.num_hidden_layers)]

    def _layer(self, layer, source: int, x, padding_mask, seed, wanted=None):
        """Applies layer number `layer`, maybe a tensor.

        Args:
            layer: integer or scalar integer tensor; it numbers the seeds.
            source: a layer whose blocks are applied.
            x: float [B, L, H].
            padding_mask: int or bool [B, L].
            seed: integer [2] or None.
            wanted: of how many tokens the output is, the first ones; scalar
                integer tensor, or None for all.

        Returns:
            float [B, L, H] and a list of attention probabilities.
        """
        probabilities = []
        blocks = self.config.blocks_of_layer(source)
        for inner, k in enumerate(blocks):
            applied = layer * len(blocks) + inner
            block_seed = split_seed(seed, applied * _SEEDS_PER_BLOCK)
            is_last = inner == len(blocks) - 1
            x, p = self._apply(
                *(k, applied, x, padding_mask, block_seed),
                wanted if is_last else None,
            )
            probabilities.append(p)
        return x, probabilities

    def _apply(self, k: int, number, x, padding_mask, seed, wanted):
        """Applies block k as that of a number; see `_layer`."""
        queries = None if wanted is None else x[:, :wanted]
        return self.blocks[k](x, padding_mask, seed=seed, queries=queries)

    def _step(self, layer: int, padding_mask, seed, attentions=False):
        """Layer number `layer` as a function of `x` alone."""

        def step(x):
            x, probabilities = self._layer(layer, layer, x, padding_mask, seed)
            return (x, probabilities) if attentions else x

        return keras.remat(step) if self.rematerialize else step

    def _body(
        self, layers: range, padding_mask, seed, first_only=False
    ) -> Callable:
        """From the number of any layer of a run, and its input, its output.

        With `first_only` that of the last layer is of the first token.
        """
        first, as_layer = layers.start, self._as_layer(layers)

        def body(layer, x):
            wanted = None
            if first_only:
                is_last = ops.equal(layer, layers.stop - 1)
                wanted = ops.where(is_last, 1, ops.shape(padding_mask)[1])
            with as_layer(layer - first):
                x, _ = self._layer(layer, first, x, padding_mask, seed, wanted)
            return x

        return body

    def run_until(
        self, x, padding_mask, state, read: Callable, enough: Callable
    ):
        """Applies layers until what was read of them is enough.

        Args:
            x: float [B, L, H].
            padding_mask: int or bool [B, L].
            state: tuple of tensors, what is read before the first layer.
            read: from the number of a layer, its output and the state to the
                state after it, of the same shapes.
            enough: from the state to a scalar bool.

        Returns:
            The last state.
        """
        for layers in self._runs():
            apply = self._body(layers, padding_mask, None)

            def goes_on(layer, x, *state, end=layers.stop):
                return ops.logical_and(
                    layer < end, ops.logical_not(enough(*state))
                )

            def body(layer, x, *state, apply=apply):
                x = apply(layer, x)
                return (layer + 1, x, *read(layer, x, *state))

            start = (layers.start, x, *state)
            _, x, *state = ops.while_loop(goes_on, body, start)
        return tuple(state)

    def _as_layer(self, layers: range) -> Callable:
        """Lets the blocks of a run's first layer stand for any of its layers.

        Returns:
            A function from the index of a layer in the run to a scope.
        """
        if self.config.shared_norms:  # they are the same blocks
            return lambda index: nullcontext()
        blocks = [self.config.blocks_of_layer(layer) for layer in layers]
        return weights_by_layer([[self.blocks[k] for k in b] for b in blocks])

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {**super().get_config(), "rematerialize": self.rematerialize}
