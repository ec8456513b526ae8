import io
import itertools
import zipfile

import h5py
import keras
import ml_dtypes
import numpy as np
import pytest

from albert_tf.config import SHARING
from albert_tf.costs import parameter_count
from albert_tf.layers import SelfAttention, SharedEncoder
from albert_tf.models import AlbertEncoder

pytestmark = pytest.mark.backend_agnostic

DROPOUT = {"hidden_dropout_prob": 0.2, "attention_probs_dropout_prob": 0.2}
SHAPES = [
    {},
    {"num_hidden_groups": 2, "inner_group_num": 2},
    {"embedding_size": 16},
    {"embedding_size": 16, "project_equal_sizes": True},
    *({"sharing": sharing, "inner_group_num": 2} for sharing in SHARING),
]
OWN_VECTORS = [
    {"shared_norms": False, "num_hidden_groups": 2},
    {
        "shared_norms": False,
        "num_hidden_layers": 5,
        "num_hidden_groups": 2,
        "inner_group_num": 2,
    },
    *({"shared_norms": False, "sharing": sharing} for sharing in SHARING),
]
SHAPES += OWN_VECTORS


# === Which weights there are ===


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_distinct_weights_are_as_many_as_the_configuration_says(tiny, shape):
    encoder = AlbertEncoder(tiny(**shape))
    weights = encoder.named_weights()
    assert len(weights) == len(encoder.weights)
    count = sum(int(np.prod(w.shape)) for w in weights.values())
    assert count == parameter_count(encoder.config)


@pytest.mark.parametrize(
    ("sharing", "shared"),
    [
        ("none", set()),
        ("attention", {"attention"}),
        ("feed_forward", {"feed_forward"}),
    ],
)
def test_layers_share_that_and_nothing_else(tiny, sharing, shared):
    encoder = SharedEncoder(tiny(sharing=sharing, inner_group_num=2))
    encoder.build()
    assert len(encoder.blocks) == 8
    for one, other in itertools.combinations(range(8), 2):
        is_same_inner_block = one % 2 == other % 2
        common = {
            part
            for part in PARTS
            if weights_of(encoder.blocks[one], part)
            & weights_of(encoder.blocks[other], part)
        }
        assert common == (shared if is_same_inner_block else set())


PARTS = ["attention", "attention_norm", "feed_forward", "feed_forward_norm"]


def weights_of(block, part):
    return {id(weight) for weight in getattr(block, part).weights}


def test_layers_of_one_group_have_the_same_weights(tiny, numpy, x, mask):
    config = tiny(num_hidden_groups=2, inner_group_num=2)
    encoder = SharedEncoder(config)
    encoder.build()
    assert len(encoder.blocks) == 4
    before = [numpy(y) for y in encoder(x, mask, return_layers=True)[1]]
    bias = encoder.blocks[3].feed_forward.output_dense.bias
    bias.assign(np.arange(16.0))
    after = [numpy(y) for y in encoder(x, mask, return_layers=True)[1]]
    is_same = [np.allclose(a, b) for a, b in zip(after, before, strict=True)]
    assert is_same == [True, True, False, False]


@pytest.mark.parametrize("shape", OWN_VECTORS, ids=str)
def test_vectors_of_a_layer_are_its_own(tiny, numpy, x, mask, shape):
    encoder = SharedEncoder(tiny(**shape))
    encoder.build()
    vectors = [vectors_of(block) for block in encoder.blocks]
    assert len({*map(id, sum(vectors, []))}) == 10 * len(encoder.blocks)
    before = [numpy(y) for y in encoder(x, mask, return_layers=True)[1]]
    for vector in vectors[encoder.config.blocks_of_layer(2).start]:
        vector.assign(np.arange(vector.shape[0]))
    after = [numpy(y) for y in encoder(x, mask, return_layers=True)[1]]
    is_same = [np.allclose(a, b) for a, b in zip(after, before, strict=True)]
    assert is_same == [layer < 2 for layer in range(len(before))]


def vectors_of(block):
    return [weight for weight in block.weights if len(weight.shape) == 1]


def test_matrices_of_a_group_are_one(tiny):
    config = tiny(shared_norms=False, num_hidden_layers=5, num_hidden_groups=2)
    encoder = SharedEncoder(config)
    encoder.build()
    kernels = [b.attention.query.kernel for b in encoder.blocks]
    assert [*map(id, kernels)] == [id(kernels[i]) for i in (0, 0, 0, 3, 3)]
    kernels[4].assign(np.ones((16, 16)))
    assert keras.ops.all(encoder.blocks[3].attention.query.kernel == 1)


@pytest.mark.parametrize(
    "shape", [*({"sharing": s} for s in SHARING), OWN_VECTORS[1]], ids=str
)
def test_sharing_survives_a_keras_file(tiny, numpy, randomize, tmp_path, shape):
    encoder = randomize(AlbertEncoder(tiny(**shape)))
    encoder.save(tmp_path / "encoder.keras")
    again = keras.saving.load_model(tmp_path / "encoder.keras")
    assert len(again.weights) == len(encoder.weights)
    weights, others = encoder.named_weights(), again.named_weights()
    assert weights.keys() == others.keys()
    for name, weight in weights.items():
        np.testing.assert_array_equal(numpy(others[name]), numpy(weight))
    stored = stored_numbers(tmp_path / "encoder.keras")
    assert stored == parameter_count(encoder.config)


def stored_numbers(path):
    """How many float numbers a Keras file has."""
    with zipfile.ZipFile(path) as archive:
        file = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
    sizes = []

    def count(name, item):
        if isinstance(item, h5py.Dataset) and item.dtype.kind == "f":
            sizes.append(item.size)

    file.visititems(count)
    return sum(sizes)


# === What is computed ===


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dropout", [{}, DROPOUT])
def test_a_loop_gives_what_written_out_layers_give(
    tiny, numpy, randomize, draw_seed, x, mask, shape, dropout
):
    encoder = SharedEncoder(tiny(**shape, **dropout))
    encoder.build()
    randomize(encoder)
    seed = draw_seed() if dropout else None
    np.testing.assert_allclose(
        numpy(encoder(x, mask, seed=seed, loop=True)),
        numpy(encoder(x, mask, seed=seed)),
        atol=1e-5,
    )


@pytest.mark.parametrize("policy", ["bfloat16", "mixed_float16"])
@pytest.mark.parametrize("shape", OWN_VECTORS[:2], ids=str)
def test_so_does_a_loop_of_frozen_layers_in_half_precision(
    tiny, numpy, randomize, x, mask, shape, policy
):
    encoder = SharedEncoder(tiny(**shape), dtype=policy)
    encoder.build()
    randomize(encoder)
    encoder.trainable = False
    np.testing.assert_allclose(
        numpy(encoder(x, mask, loop=True)), numpy(encoder(x, mask)), atol=0.1
    )


@pytest.mark.parametrize("shape", OWN_VECTORS[:2], ids=str)
def test_gradients_reach_all_weights_through_a_loop(
    tiny, randomize, x, mask, shape
):
    encoder = SharedEncoder(tiny(**shape))
    encoder.build()
    randomize(encoder)
    looped = weight_gradients(encoder, x, mask, loop=True)
    written_out = weight_gradients(encoder, x, mask, loop=False)
    for weight, one, other in zip(
        encoder.trainable_weights, looped, written_out, strict=True
    ):
        if not weight.path.endswith("key/bias"):  # softmax is blind to it
            assert np.abs(one).max() > 1e-6, weight.path
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-6)


def test_returns_every_layer(tiny, numpy, x, mask):
    encoder = SharedEncoder(tiny(inner_group_num=2))
    last, layers, attentions = encoder(x, mask, return_layers=True)
    assert len(layers) == 4
    assert len(attentions) == 8
    np.testing.assert_array_equal(numpy(layers[-1]), numpy(last))
    np.testing.assert_allclose(numpy(encoder(x, mask)), numpy(last), atol=1e-6)
    probabilities = numpy(attentions[0])
    assert probabilities.shape == (2, 2, 7, 7)
    np.testing.assert_allclose(probabilities.sum(-1), 1, atol=1e-6)
    assert probabilities[1, :, :, 4:].max() == 0  # nothing sees padding


def test_padding_changes_nothing(tiny, numpy, x, mask):
    encoder = SharedEncoder(tiny())
    padded = numpy(encoder(x, mask))[1, :4]
    alone = numpy(encoder(x[1:, :4], mask[1:, :4]))[0]
    np.testing.assert_allclose(padded, alone, atol=1e-5)


@pytest.mark.parametrize(
    "policy", ["float16", "bfloat16", "mixed_float16", "mixed_bfloat16"]
)
def test_half_precision(tiny, numpy, x, mask, policy):
    reference = SharedEncoder(tiny())
    reference.build()
    encoder = SharedEncoder(tiny(), dtype=policy)
    encoder.build()
    half = policy.removeprefix("mixed_")
    kept = "float32" if policy.startswith("mixed") else half
    for weight, value in zip(encoder.weights, reference.weights, strict=True):
        assert weight.dtype == kept
        weight.assign(value)
    output = encoder(x, mask)
    assert keras.backend.standardize_dtype(output.dtype) == half
    error = abs(numpy(output) - numpy(reference(x, mask)))
    # How a processor adds differs by a few roundings.
    eps = float(ml_dtypes.finfo(half).eps)
    assert error.mean() < 2 * eps
    assert error.max() < 16 * eps
    empty = encoder(x, np.zeros((2, 7), "int32"))
    assert np.isfinite(numpy(empty)).all()


# === Dropout ===


def test_same_seed_same_dropout(tiny, numpy, draw_seed, x, mask):
    encoder = SharedEncoder(tiny(**DROPOUT))
    draws = [numpy(encoder(x, mask, seed=draw_seed(s))) for s in (1, 1, 2)]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert np.abs(draws[0] - draws[2]).max() > 0.01


@pytest.mark.parametrize(
    "shape", [{}, {"num_hidden_groups": 2, "inner_group_num": 2}], ids=str
)
def test_no_two_dropouts_of_a_pass_have_the_same_seed(
    tiny, numpy, monkeypatch, shape
):
    seeds = []

    def record(x, rate, seed):
        seeds.append(tuple(numpy(seed)))
        return x

    for module in (
        "factorized_embedding",
        "self_attention",
        "transformer_block",
    ):
        monkeypatch.setattr(f"albert_tf.layers.{module}.dropout", record)
    encoder = AlbertEncoder(tiny(**DROPOUT, **shape))
    ids = np.ones((1, 3), "int32")
    inputs = {"token_ids": ids, "segment_ids": 0 * ids, "padding_mask": ids}
    encoder(inputs, training=True)
    encoder(inputs, training=True)
    blocks = 4 * encoder.config.inner_group_num
    assert len(seeds) == 2 * (1 + 3 * blocks)
    assert len(set(seeds)) == len(seeds)


# === Rematerialization ===


def gradient(function, x):
    """The gradient of the sum of `function(x)`, an array."""
    backend = keras.backend.backend()
    x = keras.ops.convert_to_tensor(x)
    if backend == "jax":
        import jax

        return jax.grad(lambda x: function(x).sum())(x)
    if backend == "torch":
        x.requires_grad_()
        function(x).sum().backward()
        return x.grad
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(function(x))
    return tape.gradient(y, x)


def weight_gradients(encoder, x, mask, loop):
    """Gradients of part of the output for each weight, arrays."""
    weights = encoder.trainable_weights
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        def total(values):
            y, _ = encoder.stateless_call(values, [], x, mask, loop=loop)
            return y[..., :4].sum()

        return jax.grad(total)([weight.value for weight in weights])
    if backend == "torch":
        import torch

        values = [weight.value for weight in weights]
        total = encoder(x, mask, loop=loop)[..., :4].sum()
        return [g.numpy() for g in torch.autograd.grad(total, values)]
    import tensorflow as tf

    with tf.GradientTape() as tape:
        total = tf.reduce_sum(encoder(x, mask, loop=loop)[..., :4])
    return tape.gradient(total, [weight.value for weight in weights])


def count_softmaxes(encoder, x, mask, monkeypatch):
    """How often a gradient needs the attention probabilities computed."""
    if keras.backend.backend() == "jax":  # traces once, whatever it will run
        import jax

        encoder.build()
        function = jax.grad(lambda x: encoder(x, mask).sum())
        return str(jax.make_jaxpr(function)(x)).count(" exp ")
    calls = []
    call = SelfAttention.call

    def counted(*args, **kwargs):
        calls.append(1)
        return call(*args, **kwargs)

    monkeypatch.setattr(SelfAttention, "call", counted)
    gradient(lambda x: encoder(x, mask), x)
    return len(calls)


@pytest.mark.parametrize(("rematerialize", "times"), [(False, 1), (True, 2)])
def test_rematerialized_layers_are_computed_again(
    tiny, monkeypatch, x, mask, rematerialize, times
):
    encoder = SharedEncoder(tiny(), rematerialize=rematerialize)
    count = count_softmaxes(encoder, x, mask, monkeypatch)
    assert count == times * encoder.config.num_hidden_layers


def test_rematerialized_layers_give_the_same(tiny, numpy, draw_seed, x, mask):
    results = []
    for rematerialize in (False, True):
        keras.utils.set_random_seed(0)
        encoder = SharedEncoder(tiny(**DROPOUT), rematerialize=rematerialize)

        def weighted(x, encoder=encoder):  # the sum alone would be constant
            return encoder(x, mask, seed=draw_seed())[:, :, :4]

        results.append((numpy(weighted(x)), numpy(gradient(weighted, x))))
    (output, slope), (output_again, slope_again) = results
    assert np.abs(slope).max() > 0.01
    np.testing.assert_allclose(output_again, output, atol=1e-6)
    np.testing.assert_allclose(slope_again, slope, atol=1e-5)
