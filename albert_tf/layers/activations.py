"""The activation functions that configurations name."""

import functools
from collections.abc import Callable

from keras import activations, ops

from albert_tf.config import AlbertConfig


def activation(config: AlbertConfig) -> Callable:
    """The function that `config.hidden_act` names.

    "gelu" is exact (with erf), "gelu_new" its tanh approximation, which the
    official code uses under the name "gelu".
    """
    return {
        "gelu": functools.partial(ops.gelu, approximate=False),
        "gelu_new": functools.partial(ops.gelu, approximate=True),
        "relu": ops.relu,
        "silu": ops.silu,
        "tanh": ops.tanh,
        "linear": activations.linear,
    }[config.hidden_act]
