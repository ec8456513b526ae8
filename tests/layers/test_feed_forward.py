import itertools
import math

import numpy as np
import pytest
from keras import ops

from albert_tf.config import ACTIVATIONS, AlbertConfig
from albert_tf.layers import FeedForward, MaskedLanguageModelHead

pytestmark = pytest.mark.backend_agnostic

erf = np.vectorize(math.erf)
REFERENCES = {
    "gelu": lambda x: x * (1 + erf(x / np.sqrt(2))) / 2,
    "gelu_new": lambda x: (
        x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2
    ),
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "linear": lambda x: x,
}
# Wide enough that even the two forms of GELU differ by 4e-4.
POINTS = np.linspace(-4, 4, 81)[:, None]


def activate(activation):
    """What the layer makes of one number."""
    layer = FeedForward(
        AlbertConfig(
            hidden_size=1,
            num_attention_heads=1,
            intermediate_size=1,
            hidden_act=activation,
        )
    )
    layer.build()
    for dense in (layer.intermediate, layer.output_dense):
        dense.kernel.assign([[1.0]])
    return ops.convert_to_numpy(layer(POINTS.astype("float32")))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations(activation):
    expected = REFERENCES[activation](POINTS)
    np.testing.assert_allclose(activate(activation), expected, atol=2e-6)


def test_activations_differ():
    for one, other in itertools.combinations(ACTIVATIONS, 2):
        difference = np.abs(activate(one) - activate(other)).max()
        assert difference > 2e-4, (one, other)


@pytest.mark.parametrize("activation", ["gelu", "relu"])
def test_the_head_of_masked_tokens_has_the_same(activation):
    config = AlbertConfig(hidden_act=activation)
    head, layer = MaskedLanguageModelHead(config), FeedForward(config)
    x = ops.convert_to_tensor(POINTS.astype("float32"))
    np.testing.assert_array_equal(
        ops.convert_to_numpy(head.transform.activation(x)),
        ops.convert_to_numpy(layer.intermediate.activation(x)),
    )
