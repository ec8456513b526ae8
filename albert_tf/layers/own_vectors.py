"""What layers need that share matrices and have vectors of their own."""

from collections.abc import Callable, Sequence

import keras
from keras import ops

from albert_tf.layers.albert_layer import AlbertLayer


def twin(layer: AlbertLayer) -> AlbertLayer:
    """A layer with the same matrices and biases of its own.

    Args:
        layer: made of dense layers; to be built first and kept as long.
    """
    new = type(layer).from_config(layer.get_config())
    for dense, source in zip(new._layers, layer._layers, strict=True):
        dense.share_matrix(source)
    return new


def vectors_by_layer(
    layers: Sequence[Sequence[AlbertLayer]],
) -> Callable[..., keras.StatelessScope]:
    """Lets the blocks of the first layer stand for those of any other.

    Args:
        layers: the blocks of each layer; they have the first's matrices.

    Returns:
        A function from the index of a layer, a scalar integer tensor, to a
        scope in which the first layer's blocks have that layer's vectors.
    """
    vectors = [_weights(layer, 1) for layer in layers]
    # The scope hides that of a stateless call, so that it has to say all.
    matrices = [(matrix, matrix.value) for matrix in _weights(layers[0], 2)]
    tables = [
        ops.stack([vector.value for vector in column])
        for column in zip(*vectors, strict=True)
    ]

    def scope(index):
        own = []
        for vector, table in zip(vectors[0], tables, strict=True):
            # Sliced: what is gathered is quantized on its way to a phone.
            row = ops.slice(table, (index, 0), (1, vector.shape[0]))
            own.append((vector, ops.reshape(row, vector.shape)))
        return keras.StatelessScope([*matrices, *own])

    return scope


def _weights(blocks: Sequence[AlbertLayer], axes: int) -> list[keras.Variable]:
    return [
        weight
        for block in blocks
        for weight in block.weights
        if len(weight.shape) == axes
    ]
