import keras
import numpy as np
import pytest

from albert_tf.layers.cross_layer_attention import CrossLayerAttention
from albert_tf.layers.cross_layer_encoder import CrossLayerEncoder

pytestmark = pytest.mark.backend_agnostic


@pytest.fixture
def layer(tiny):
    """Large weights; one head's gate is half open, the other's shut."""
    keras.utils.set_random_seed(0)
    layer = CrossLayerAttention(tiny(initializer_range=0.5))
    layer.build()
    layer.gate.assign([-np.arctanh(0.5), 0])
    return layer


@pytest.fixture
def previous(x):
    return np.random.default_rng(1).normal(size=x.shape).astype("float32")


def softmax(scores):
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def test_one_softmax_over_both(layer, numpy, x, mask, previous):
    states = np.concatenate([x, previous], 1)

    def heads(dense, states):  # [B, L, A, D]
        return (states @ numpy(dense.kernel)).reshape(2, -1, 2, 8)

    scores = np.einsum(
        "bqad,bkad->baqk", heads(layer.query, x), heads(layer.key, states)
    )
    scores = scores / np.sqrt(8)
    scores += np.where(np.concatenate([mask, mask], 1), 0, -1e4)[:, None, None]
    own = np.concatenate([softmax(scores[..., :7]), 0 * scores[..., :7]], -1)
    share = np.array([0.5, 0])[:, None, None]
    expected = own + share * (softmax(scores) - own)
    output, probabilities = layer(x, mask, previous=previous, number=1)
    np.testing.assert_allclose(numpy(probabilities), expected, atol=1e-6)
    context = np.einsum("baqk,bkad->bqad", expected, heads(layer.value, states))
    np.testing.assert_allclose(
        numpy(output),
        context.reshape(2, 7, 16) @ numpy(layer.output_dense.kernel),
        atol=1e-5,
    )


def test_the_first_block_has_none_before(layer, numpy, x, mask, previous):
    first = [
        numpy(layer(x, mask, previous=other, number=0)[0])
        for other in (previous, x)
    ]
    np.testing.assert_array_equal(*first)
    second = numpy(layer(x, mask, previous=previous, number=1)[0])
    assert np.abs(second - first[0]).max() > 0.01


def test_padding_alone_gives_numbers(layer, numpy, x, previous):
    for number in (0, 1):
        output, probabilities = layer(
            x, np.zeros((2, 7), "int32"), previous=previous, number=number
        )
        assert np.isfinite(numpy(output)).all()
        np.testing.assert_allclose(numpy(probabilities).sum(-1), 1, atol=1e-6)


@pytest.mark.parametrize("rematerialize", [False, True])
def test_a_layer_reads_what_the_one_before_was_given(
    tiny, numpy, randomize, x, mask, rematerialize
):
    encoder = CrossLayerEncoder(
        tiny(cross_layer_attention=True, num_hidden_layers=3),
        rematerialize=rematerialize,
    )
    encoder.build()
    (block,) = randomize(encoder).blocks
    given = [x, x]  # what is before the first layer is not read
    for number in range(3):
        y, _ = block(given[-1], mask, previous=given[-2], number=number)
        given.append(numpy(y))
    np.testing.assert_allclose(numpy(encoder(x, mask)), given[-1], atol=1e-5)
    last, layers, attentions = encoder(x, mask, return_layers=True)
    np.testing.assert_allclose(numpy(last), given[-1], atol=1e-5)
    for layer, expected in zip(layers, given[2:], strict=True):
        np.testing.assert_allclose(numpy(layer), expected, atol=1e-5)
    assert attentions[2].shape == (2, 2, 7, 14)
