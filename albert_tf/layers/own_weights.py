"""What layers need that share matrices and have other weights of their own."""

from collections.abc import Callable, Sequence

import keras
from keras import ops

from albert_tf.layers.albert_layer import AlbertLayer


def twin(layer: AlbertLayer) -> AlbertLayer:
    """A layer with the same matrices; all else is its own.

    Args:
        layer: made of dense layers; to be built first and kept as long.
    """
    new = type(layer).from_config(layer.get_config())
    for dense, source in zip(new._layers, layer._layers, strict=True):
        dense.share_matrix(source)
    return new


def weights_by_layer(
    layers: Sequence[Sequence[AlbertLayer]],
) -> Callable[..., keras.StatelessScope]:
    """Lets the blocks of the first layer stand for those of any other.

    Args:
        layers: the blocks of each layer; they have the first's matrices.

    Returns:
        A function from the index of a layer, a scalar integer tensor, to a
        scope in which the first layer's blocks have that layer's weights.
    """
    own = [_weights(layer, is_shared=False) for layer in layers]
    # The scope hides that of a stateless call, so that it has to say all.
    shared = [(w, w.value) for w in _weights(layers[0], is_shared=True)]
    tables = [
        ops.stack([ops.reshape(weight.value, (-1,)) for weight in column])
        for column in zip(*own, strict=True)
    ]

    def scope(index):
        rows = [
            (weight, ops.reshape(_row(table, index, weight), weight.shape))
            for weight, table in zip(own[0], tables, strict=True)
        ]
        return keras.StatelessScope([*shared, *rows])

    return scope


def _weights(
    blocks: Sequence[AlbertLayer], is_shared: bool
) -> list[keras.Variable]:
    return [
        weight
        for block in blocks
        for weight in block.weights
        if (weight.name == "kernel") == is_shared
    ]


def _row(table, index, weight: keras.Variable):
    """What a layer has for a weight, of a table of all layers."""
    if len(weight.shape) == 1:
        # Sliced: what is gathered is quantized on its way to a phone.
        return ops.slice(table, (index, 0), (1, weight.shape[0]))
    return ops.take(table, ops.reshape(index, (1,)), axis=0)
