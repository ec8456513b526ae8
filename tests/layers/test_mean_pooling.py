import numpy as np
import pytest
from keras import ops

from albert_tf.layers.mean_pooling import mean_pooling

pytestmark = pytest.mark.backend_agnostic


@pytest.mark.parametrize("dtype", ["int32", "bool"])
def test_equals_numpy(x, mask, numpy, dtype):
    expected = [x[0].mean(0), x[1, :4].mean(0)]
    actual = numpy(mean_pooling(ops.convert_to_tensor(x), mask.astype(dtype)))
    np.testing.assert_allclose(actual, expected, atol=1e-6)


def test_padding_may_be_anywhere_and_anything(x, mask, numpy):
    mask = mask.copy()
    mask[0, [0, 3]] = 0
    other = np.where(mask[..., None], x, 1e6).astype("float32")
    expected = numpy(mean_pooling(ops.convert_to_tensor(x), mask))
    np.testing.assert_array_equal(
        numpy(mean_pooling(ops.convert_to_tensor(other), mask)), expected
    )
    np.testing.assert_allclose(
        expected[0], x[0, [1, 2, 4, 5, 6]].mean(0), atol=1e-6
    )


def test_nothing_but_padding_is_zero(x, mask, numpy):
    actual = numpy(mean_pooling(ops.convert_to_tensor(x), 0 * mask))
    np.testing.assert_array_equal(actual, np.zeros((2, 16)))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_summed_in_float32(numpy, dtype):
    """In half precision 512 times 300 is infinite, or stops growing."""
    x = ops.cast(np.full((1, 512, 2), 300.0), dtype)
    actual = mean_pooling(x, np.ones((1, 512), "int32"))
    assert dtype in str(actual.dtype)
    np.testing.assert_array_equal(numpy(actual), numpy(x)[:, 0])
