import numpy as np
import pytest

from albert_tf.errors import UserError
from albert_tf.layers.adapted_dense import AdaptedDense

pytestmark = pytest.mark.backend_agnostic


def test_adds_a_product_of_low_rank(numpy, randomize, x):
    layer = AdaptedDense(8, rank=3, activation="tanh")
    layer.build(x.shape)
    kernel, bias, down, up = map(numpy, randomize(layer).weights)
    assert (down.shape, up.shape) == ((16, 3), (3, 8))
    expected = np.tanh(x @ (kernel + down @ up) + bias)
    np.testing.assert_allclose(numpy(layer(x)), expected, rtol=0, atol=1e-5)


def test_adds_nothing_at_the_start(numpy, x):
    layer = AdaptedDense(8, rank=3)
    actual = numpy(layer(x))
    expected = x @ numpy(layer.kernel)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-6)
    assert np.abs(numpy(layer.down)).min() > 0  # so that `up` can learn


def test_keras_does_not_quantize_it(x):
    layer = AdaptedDense(8, rank=3)
    layer.build(x.shape)
    with pytest.raises(UserError, match="layer_adapters=3 cannot be quantized"):
        layer.quantize("int8")
