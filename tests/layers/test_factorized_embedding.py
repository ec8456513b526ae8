import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.errors import UserError
from albert_tf.layers import FactorizedEmbedding

pytestmark = pytest.mark.backend_agnostic


def ids(length):
    return np.arange(2 * length, dtype="int32").reshape(2, length)


def test_sum_of_three_tables_normalized_and_projected(tiny, numpy):
    keras.utils.set_random_seed(0)
    layer = FactorizedEmbedding(tiny(initializer_range=1.0))
    layer.build()
    segments = ids(5) % 2
    tokens, positions, table = (
        numpy(embedding.embeddings)
        for embedding in (
            layer.token_embedding,
            layer.position_embedding,
            layer.segment_embedding,
        )
    )
    x = tokens[ids(5)] + positions[:5] + table[segments]
    x = (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True)
    expected = x @ numpy(layer.projection.kernel)
    actual = numpy(layer(ids(5), segments))
    np.testing.assert_allclose(actual, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("sizes", "has_projection"),
    [
        ({"embedding_size": 8}, True),
        ({"embedding_size": 16}, False),
        ({"embedding_size": 16, "project_equal_sizes": True}, True),
    ],
)
def test_when_there_is_a_projection(tiny, sizes, has_projection):
    layer = FactorizedEmbedding(tiny(**sizes))
    assert (layer.projection is not None) == has_projection


def test_dropout_after_the_embedding(tiny, numpy, draw_seed):
    config = tiny(embedding_size=16, hidden_dropout_prob=0.25)
    layer = FactorizedEmbedding(config)
    whole = numpy(layer(ids(12), 0 * ids(12)))
    dropped = numpy(layer(ids(12), 0 * ids(12), seed=draw_seed()))
    is_kept = dropped != 0
    assert is_kept.mean() == pytest.approx(0.75, abs=0.1)
    np.testing.assert_allclose(
        dropped[is_kept], whole[is_kept] / 0.75, rtol=1e-5
    )


def test_the_longest_sequence(tiny):
    layer = FactorizedEmbedding(tiny())
    assert layer(ids(12), 0 * ids(12)).shape == (2, 12, 16)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_longer_sequence_is_an_error(tiny):
    layer = FactorizedEmbedding(tiny())
    message = "^sequences of 13 tokens .* max_position_embeddings=12; cut them$"
    with pytest.raises(UserError, match=message):
        layer(ids(13), 0 * ids(13))


def test_scores_with_its_own_table(tiny, numpy):
    layer = FactorizedEmbedding(tiny())
    layer.build()
    x = np.random.default_rng(0).normal(size=(2, 3, 8)).astype("float32")
    expected = x @ numpy(layer.token_embedding.embeddings).T
    actual = numpy(layer.logits(ops.convert_to_tensor(x)))
    np.testing.assert_allclose(actual, expected, atol=1e-5)
