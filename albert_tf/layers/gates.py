"""Gates that are shut at the start and can be opened by training."""

import keras
from keras import ops


def add_gate(layer: keras.layers.Layer, shape: tuple, name: str):
    """A weight of a layer, float32 in every precision, see `opening`."""
    return layer.add_weight(
        name=name,
        shape=shape,
        initializer="zeros",
        dtype="float32",
        autocast=False,
    )


def opening(gate):
    """How far a gate is open, from 0 at the start to nearly 1.

    It has a slope where it is shut: more is let in or, as it cannot be less,
    nothing.

    Args:
        gate: of `add_gate`.

    Returns:
        float32 of the same shape, the tanh of the absolute value.
    """
    gate = ops.convert_to_tensor(gate)
    # The derivative of `abs` is 0 at 0, that of `where` is 1.
    return ops.tanh(ops.where(gate >= 0, gate, -gate))
