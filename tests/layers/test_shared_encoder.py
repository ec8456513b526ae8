import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.config import SHARING, AlbertConfig
from albert_tf.costs import parameter_count
from albert_tf.layers import SharedEncoder
from albert_tf.models import AlbertEncoder

pytestmark = pytest.mark.backend_agnostic

TINY = AlbertConfig(
    vocab_size=50,
    embedding_size=8,
    hidden_size=16,
    num_hidden_layers=4,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=12,
)
DROPOUT = {"hidden_dropout_prob": 0.2, "attention_probs_dropout_prob": 0.2}


def tiny(**changes):
    return dataclasses.replace(TINY, **changes)


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(2, 7, 16)).astype("float32")


@pytest.fixture
def mask():
    return np.array([[1] * 7, [1] * 4 + [0] * 3], "int32")


SHAPES = [
    tiny(),
    tiny(num_hidden_groups=2, inner_group_num=2),
    tiny(embedding_size=16),
    *(tiny(sharing=sharing, inner_group_num=2) for sharing in SHARING),
]


@pytest.mark.parametrize("config", SHAPES, ids=str)
def test_distinct_weights_are_as_many_as_the_configuration_says(config):
    encoder = AlbertEncoder(config)
    weights = encoder.named_weights()
    assert len(weights) == len(encoder.weights)
    count = sum(int(np.prod(w.shape)) for w in weights.values())
    assert count == parameter_count(config)


@pytest.mark.parametrize("config", SHAPES, ids=str)
def test_a_loop_gives_what_written_out_layers_give(config, x, mask):
    encoder = SharedEncoder(config)
    expected = encoder(x, mask)
    np.testing.assert_allclose(encoder(x, mask, loop=True), expected, atol=1e-6)
    seed = keras.random.SeedGenerator(3).next()
    config = dataclasses.replace(config, **DROPOUT)
    encoder = SharedEncoder(config)
    np.testing.assert_allclose(
        encoder(x, mask, seed=seed, loop=True),
        encoder(x, mask, seed=seed),
        atol=1e-6,
    )


def test_returns_every_layer(x, mask):
    encoder = SharedEncoder(tiny(inner_group_num=2))
    last, layers, attentions = encoder(x, mask, return_layers=True)
    assert len(layers) == 4
    assert len(attentions) == 8
    np.testing.assert_array_equal(layers[-1], last)
    np.testing.assert_allclose(encoder(x, mask), last, atol=1e-6)
    probabilities = ops.convert_to_numpy(attentions[0])
    assert probabilities.shape == (2, 2, 7, 7)
    np.testing.assert_allclose(probabilities.sum(-1), 1, atol=1e-6)
    assert probabilities[1, :, :, 4:].max() == 0  # nothing sees padding


def test_padding_changes_nothing(x, mask):
    encoder = SharedEncoder(TINY)
    padded = ops.convert_to_numpy(encoder(x, mask))[1, :4]
    alone = ops.convert_to_numpy(encoder(x[1:, :4], mask[1:, :4]))[0]
    np.testing.assert_allclose(padded, alone, atol=1e-5)


@pytest.mark.parametrize(
    "policy", ["float32", "float16", "bfloat16", "mixed_bfloat16"]
)
def test_padding_alone_stays_finite(policy, x):
    encoder = SharedEncoder(TINY, dtype=policy)
    output = encoder(x, np.zeros((2, 7), "int32"))
    assert np.isfinite(ops.convert_to_numpy(ops.cast(output, "float32"))).all()


def test_same_seed_same_dropout(x, mask):
    encoder = SharedEncoder(tiny(**DROPOUT))
    draw = [
        ops.convert_to_numpy(
            encoder(x, mask, seed=keras.random.SeedGenerator(seed).next())
        )
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(draw[0], draw[1])
    assert np.abs(draw[0] - draw[2]).max() > 0.01


def test_every_layer_drops_other_values():
    config = tiny(hidden_dropout_prob=0.5)
    encoder = SharedEncoder(config)
    encoder.build()
    for block in encoder.blocks:  # only dropout and LayerNorm act
        for dense in (block.attention.output_dense, block.attention.value):
            dense.kernel.assign(np.zeros(dense.kernel.shape))
            dense.bias.assign(np.zeros(dense.bias.shape))
        output = block.feed_forward.output_dense
        output.kernel.assign(np.zeros(output.kernel.shape))
        output.bias.assign(np.full(output.bias.shape, 100.0))
    x = np.zeros((1, 2, 16), "float32")
    _, layers, _ = encoder(
        x,
        np.ones((1, 2)),
        seed=keras.random.SeedGenerator(1).next(),
        return_layers=True,
    )
    kept = [ops.convert_to_numpy(layer)[0, 0] > 0 for layer in layers[:2]]
    assert (kept[0] != kept[1]).any()
