import numpy as np
import pytest

from albert_tf.layers import FactorizedEmbedding
from albert_tf.layers.soft_segment_embedding import SoftSegmentEmbedding

pytestmark = pytest.mark.backend_agnostic

IDS = np.arange(10, dtype="int32").reshape(2, 5)
SEGMENTS = np.array([[0, 0, 1, 1, 2], [2, 0, 1, 0, 0]], "int32")


@pytest.fixture
def layers(tiny, randomize):
    """A plain embedding, and a soft one with the same weights."""
    plain, soft = (
        kind(tiny(type_vocab_size=3))
        for kind in (FactorizedEmbedding, SoftSegmentEmbedding)
    )
    plain.build()
    soft.build()
    randomize(soft)
    soft.gate.assign([0])
    theirs = {w.path.split("/", 1)[1]: w for w in soft.weights}
    for weight in plain.weights:
        weight.assign(theirs[weight.path.split("/", 1)[1]])
    return plain, soft


def one_hot(segments):
    return np.eye(3, dtype="float32")[segments]


def test_starts_with_the_segments_that_are_given(layers, numpy):
    plain, soft = (numpy(layer(IDS, SEGMENTS)) for layer in layers)
    np.testing.assert_allclose(soft, plain, rtol=0, atol=1e-6)


def test_expectation_under_a_softmax_of_the_token(layers, numpy):
    _, soft = layers
    soft.gate.assign([-np.arctanh(0.25)])
    tokens = numpy(soft.token_embedding(IDS))
    kernel, bias = map(numpy, soft.segment_logits.weights)
    logits = tokens @ kernel + bias
    found = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    mixed = 0.75 * one_hot(SEGMENTS) + 0.25 * found
    expected = mixed @ numpy(soft.segment_embedding.embeddings)
    actual = numpy(soft.segment_vectors(soft.token_embedding(IDS), SEGMENTS))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-6)


def test_probabilities_may_be_given(layers, numpy):
    plain, soft = layers
    soft.gate.assign([1])  # which then says nothing
    np.testing.assert_allclose(
        numpy(soft(IDS, one_hot(SEGMENTS))),
        numpy(plain(IDS, SEGMENTS)),
        rtol=0,
        atol=1e-6,
    )
    mixed = (one_hot(SEGMENTS) + one_hot(SEGMENTS[::-1])) / 2
    tokens = soft.token_embedding(IDS)
    ends = [
        numpy(plain.segment_vectors(tokens, s))
        for s in (SEGMENTS, SEGMENTS[::-1])
    ]
    np.testing.assert_allclose(
        numpy(soft.segment_vectors(tokens, mixed)),
        np.mean(ends, 0),
        rtol=0,
        atol=1e-6,
    )
