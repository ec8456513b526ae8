"""The decoder: what it sees, what it shares, and keras-hub's layer."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.config import AlbertConfig
from albert_tf.layers.decoder import Decoder
from albert_tf.layers.decoder_block import DecoderBlock

pytestmark = pytest.mark.backend_agnostic
CONFIG = AlbertConfig(
    hidden_size=16,
    embedding_size=8,
    num_hidden_layers=3,
    num_attention_heads=2,
    intermediate_size=32,
    initializer_range=0.2,
    hidden_dropout_prob=0.1,
)


@pytest.fixture
def inputs():
    rng = np.random.default_rng(0)
    mask = np.ones((2, 5), "int32")
    mask[1, 3:] = 0
    return (
        rng.normal(size=(2, 4, 16)).astype("float32"),
        rng.normal(size=(2, 5, 16)).astype("float32"),
        mask,
    )


def make(**changes):
    keras.utils.set_random_seed(0)
    decoder = Decoder(dataclasses.replace(CONFIG, **changes))
    decoder.build()
    return decoder


def run(decoder, *inputs, **arguments):
    return ops.convert_to_numpy(decoder(*inputs, **arguments))


@pytest.mark.parametrize("sharing", ["all", "none"])
def test_no_token_sees_those_after_it(inputs, sharing):
    x, states, mask = inputs
    decoder = make(sharing=sharing)
    before = run(decoder, x, states, mask)
    changed = x.copy()
    changed[:, 2:] += 1
    after = run(decoder, changed, states, mask)
    np.testing.assert_allclose(after[:, :2], before[:, :2], atol=1e-6)
    assert np.abs(after[:, 2:] - before[:, 2:]).min(-1).max() > 1e-3


def test_no_token_sees_padding_of_the_source(inputs):
    x, states, mask = inputs
    decoder = make()
    before = run(decoder, x, states, mask)
    changed = states.copy()
    changed[1, 3:] += 5
    after = run(decoder, x, changed, mask)
    np.testing.assert_allclose(after, before, atol=1e-6)
    changed[1, 2] += 5
    after = run(decoder, x, changed, mask)
    assert np.abs(after[1] - before[1]).max() > 1e-3
    np.testing.assert_allclose(after[0], before[0], atol=1e-6)


def test_shared_layers_are_the_weights_of_one():
    one, three = (
        sum(int(np.prod(w.shape)) for w in make(sharing=s).weights)
        for s in ("all", "none")
    )
    assert three == 3 * one
    # Two times attention, the feed-forward network, three LayerNorms.
    assert one == 2 * 4 * (16 * 16 + 16) + 2 * 16 * 32 + 48 + 3 * 32


def test_a_loop_gives_the_same(inputs):
    decoder = make()
    expected = run(decoder, *inputs)
    np.testing.assert_allclose(
        run(decoder, *inputs, loop=True), expected, atol=1e-6
    )
    seed = keras.random.SeedGenerator(1).next()
    dropped = run(decoder, *inputs, seed=seed)
    assert np.abs(dropped - expected).max() > 1e-2
    np.testing.assert_allclose(
        run(decoder, *inputs, seed=seed, loop=True), dropped, atol=1e-6
    )


def test_rematerialized_it_gives_the_same(inputs):
    decoder = make()
    expected = run(decoder, *inputs)
    decoder.rematerialize = True
    np.testing.assert_allclose(run(decoder, *inputs), expected, atol=1e-6)


def test_a_block_is_the_decoder_layer_of_keras_hub(inputs):
    hub = pytest.importorskip("keras_hub")
    x, states, mask = inputs
    block = DecoderBlock(CONFIG)
    block.build()
    theirs = hub.layers.TransformerDecoder(
        32,
        2,
        activation=lambda x: keras.activations.gelu(x, approximate=True),
        layer_norm_epsilon=1e-12,
    )
    arguments = {"encoder_padding_mask": mask.astype(bool)}
    theirs(x, states, **arguments)
    pairs = []
    for ours, name in (
        (block.attention, "_self_attention_layer"),
        (block.cross_attention, "_cross_attention_layer"),
    ):
        layer = getattr(theirs, name)
        for part in ("query", "key", "value", "output"):
            own = getattr(ours, part if part != "output" else "output_dense")
            pairs.append((own, getattr(layer, f"_{part}_dense")))
    pairs += [
        (
            block.feed_forward.intermediate,
            theirs._feedforward_intermediate_dense,
        ),
        (block.feed_forward.output_dense, theirs._feedforward_output_dense),
    ]
    rng = np.random.default_rng(1)
    for own, other in pairs:
        bias = rng.normal(size=own.bias.shape)
        own.bias.assign(bias)
        other.kernel.assign(ops.reshape(own.kernel, other.kernel.shape))
        other.bias.assign(np.reshape(bias, other.bias.shape))
    length = x.shape[1]
    causal = np.tril(np.ones((1, length, length), "int32"))
    expected = ops.convert_to_numpy(theirs(x, states, **arguments))
    actual = ops.convert_to_numpy(block(x, causal, states, mask))
    np.testing.assert_allclose(actual, expected, atol=1e-5)
