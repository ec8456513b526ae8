import keras
import numpy as np
import pytest

from albert_tf.layers import TransformerBlock

pytestmark = pytest.mark.backend_agnostic

ZEROS = np.zeros((1, 6, 16), "float32")
ONES = np.ones((1, 6), "int32")


@pytest.fixture
def silent(tiny):
    """A block whose sublayers give zeros."""
    block = TransformerBlock(tiny(hidden_dropout_prob=0.25))
    block.build()
    for sublayer in (block.attention, block.feed_forward):
        kernel = sublayer.output_dense.kernel
        kernel.assign(np.zeros(kernel.shape))
    return block


@pytest.mark.parametrize("sublayer", ["attention", "feed_forward"])
def test_dropout_after_each_sublayer(silent, numpy, draw_seed, sublayer):
    getattr(silent, sublayer).output_dense.bias.assign(np.ones(16))
    whole, _ = silent(ZEROS, ONES)
    np.testing.assert_allclose(numpy(whole), 0, atol=1e-5)
    dropped, _ = silent(ZEROS, ONES, seed=draw_seed())
    # LayerNorm lifts what was kept above the mean.
    assert (numpy(dropped) < 0).mean() == pytest.approx(0.25, abs=0.15)


def test_each_sublayer_is_added_and_normalized(tiny, numpy, x, mask):
    keras.utils.set_random_seed(0)
    block = TransformerBlock(tiny(initializer_range=0.5))
    block.build()

    def norm(x):
        x = x - x.mean(-1, keepdims=True)
        return x / x.std(-1, keepdims=True)

    inside = norm(x + numpy(block.attention(x, mask)[0]))
    expected = norm(inside + numpy(block.feed_forward(inside)))
    actual, _ = block(x, mask)
    np.testing.assert_allclose(numpy(actual), expected, atol=1e-5)


@pytest.mark.parametrize("policy", ["float16", "mixed_float16"])
def test_layer_norm_in_float32(tiny, numpy, policy):
    """The squares of such values are more than float16 can hold."""
    block = TransformerBlock(tiny(), dtype=policy)
    block.build()
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 7, 16)).astype("float16") * np.float16(1000)
    wide = x.astype("float64")
    expected = wide - wide.mean(-1, keepdims=True)
    expected /= expected.std(-1, keepdims=True)
    for norm in (block.attention_norm, block.feed_forward_norm):
        actual = numpy(norm(keras.ops.convert_to_tensor(x)))
        np.testing.assert_allclose(actual, expected, atol=0.01)
