import keras
import numpy as np
import pytest

from albert_tf.layers import SelfAttention

pytestmark = pytest.mark.backend_agnostic


@pytest.fixture
def make(tiny):
    """An attention layer with weights large enough to attend to something."""

    def make(dtype="float32", **changes):
        keras.utils.set_random_seed(0)
        layer = SelfAttention(
            tiny(initializer_range=0.5, **changes), dtype=dtype
        )
        layer.build()
        return layer

    return make


def test_as_in_the_paper(make, numpy, x, mask):
    layer = make()

    def heads(dense):  # [B, L, A, D]
        return (x @ numpy(dense.kernel)).reshape(2, 7, 2, 8)

    scores = np.einsum("bqad,bkad->baqk", heads(layer.query), heads(layer.key))
    scores = scores / np.sqrt(8) + np.where(mask, 0, -1e4)[:, None, None]
    expected = np.exp(scores - scores.max(-1, keepdims=True))
    expected /= expected.sum(-1, keepdims=True)
    context = np.einsum("baqk,bkad->bqad", expected, heads(layer.value))
    output, probabilities = layer(x, mask)
    np.testing.assert_allclose(numpy(probabilities), expected, atol=1e-6)
    np.testing.assert_allclose(
        numpy(output),
        context.reshape(2, 7, 16) @ numpy(layer.output_dense.kernel),
        atol=1e-5,
    )


def test_dropout_on_the_probabilities(make, numpy, draw_seed, x, mask):
    layer = make(attention_probs_dropout_prob=0.25)
    layer.value.kernel.assign(np.zeros((16, 16)))
    layer.value.bias.assign(np.ones(16))
    layer.output_dense.kernel.assign(np.eye(16))
    whole, probabilities = layer(x, mask)
    np.testing.assert_allclose(numpy(whole), 1, atol=1e-6)
    dropped, unchanged = layer(x, mask, seed=draw_seed())
    sums = numpy(dropped)[:, :, ::8]  # of a head's probabilities, [B, L, A]
    assert np.abs(sums - 1).max() > 0.1
    assert sums.max() <= 1 / 0.75 + 1e-5
    np.testing.assert_array_equal(numpy(unchanged), numpy(probabilities))


@pytest.mark.parametrize("policy", ["float16", "bfloat16", "mixed_float16"])
def test_softmax_in_float32(make, numpy, x, mask, policy):
    output, probabilities = make(policy)(x, mask)
    assert keras.backend.standardize_dtype(output.dtype) != "float32"
    assert keras.backend.standardize_dtype(probabilities.dtype) == "float32"
    # Their sum is that exact only if all of it was computed in float32.
    np.testing.assert_allclose(numpy(probabilities).sum(-1), 1, atol=1e-6)


@pytest.mark.parametrize(
    "policy", ["float32", "float16", "bfloat16", "mixed_float16"]
)
def test_padding_alone_gets_equal_attention(make, numpy, x, policy):
    output, probabilities = make(policy)(x, np.zeros((2, 7), "int32"))
    assert np.isfinite(numpy(output)).all()
    assert np.isfinite(numpy(probabilities)).all()
    np.testing.assert_allclose(numpy(probabilities).sum(-1), 1, atol=1e-6)
