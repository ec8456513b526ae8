"""Encoders that read a text side by side."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.checkpoints.shapes import weight_shapes
from albert_tf.costs import multiply_accumulates, parameter_count
from albert_tf.errors import UserError
from albert_tf.layers import SharedEncoder
from albert_tf.layers.parallel_encoder import ParallelEncoder
from albert_tf.models import AlbertEncoder, AlbertPretrainer
from albert_tf.models.aligned_states import aligned_states

pytestmark = pytest.mark.backend_agnostic

KINDS = [
    {},
    {"num_hidden_groups": 2, "inner_group_num": 2},
    {"sharing": "attention"},
    {"sharing": "none"},
    {"shared_norms": False, "num_hidden_groups": 2, "num_hidden_layers": 5},
    {"shared_norms": False, "sharing": "feed_forward"},
    {"embedding_size": 16},
    {"num_parallel_encoders": 3},
]
every_kind = pytest.mark.parametrize("changes", KINDS, ids=str)


@pytest.fixture
def make(tiny, randomize):
    """An encoder with random weights; two side by side unless changed."""

    def make(**changes):
        config = tiny(**{"num_parallel_encoders": 2, **changes})
        return randomize(AlbertEncoder(config))

    return make


@pytest.fixture
def inputs(mask):
    rng = np.random.default_rng(0)
    return {
        "token_ids": rng.integers(0, 50, mask.shape, dtype="int32"),
        "segment_ids": rng.integers(0, 2, mask.shape, dtype="int32"),
        "padding_mask": mask,
    }


def apart(encoder):
    """Plain encoders of the same weights."""
    config = dataclasses.replace(encoder.config, num_parallel_encoders=1)
    weights = encoder.named_weights()
    for number in range(encoder.config.num_parallel_encoders):
        plain = AlbertEncoder(config, pooler=False)
        for name, weight in plain.named_weights().items():
            if number:
                name = name.replace("/block", f"/encoder_{number}/block")
            weight.assign(weights[name])
        yield plain


@every_kind
@pytest.mark.parametrize("loop", [False, True])
def test_the_vectors_of_encoders_are_put_together(
    make, inputs, numpy, changes, loop
):
    encoder = make(**changes)
    found = numpy(encoder(inputs, loop=loop)["sequence_output"])
    expected = [
        numpy(plain(inputs)["sequence_output"]) for plain in apart(encoder)
    ]
    assert found.shape == (2, 7, encoder.config.output_size)
    np.testing.assert_allclose(found, np.concatenate(expected, -1), atol=1e-5)


def test_what_each_layer_gave(make, inputs, numpy):
    encoder = make()
    found = encoder(inputs, return_layers=True)
    expected = [plain(inputs, return_layers=True) for plain in apart(encoder)]
    assert found["hidden_states"][0].shape == (2, 7, 16)
    assert len(found["hidden_states"]) == 5
    for layer in range(1, 5):
        parts = [numpy(one["hidden_states"][layer]) for one in expected]
        np.testing.assert_allclose(
            numpy(found["hidden_states"][layer]),
            np.concatenate(parts, -1),
            atol=1e-5,
        )
    assert len(found["attentions"]) == 8


def test_aligned_states_of_each(make, inputs, numpy):
    encoder = make()
    expected = [numpy(aligned_states(e, inputs)) for e in apart(encoder)]
    np.testing.assert_allclose(
        numpy(aligned_states(encoder, inputs)),
        np.concatenate(expected, -1),
        atol=1e-5,
    )


@every_kind
def test_weights_are_those_that_the_configuration_says(tiny, changes):
    config = tiny(**{"num_parallel_encoders": 2, **changes})
    model = AlbertPretrainer(config)
    weights = {
        name: tuple(weight.shape)
        for name, weight in model.named_weights().items()
    }
    assert dict(weight_shapes(config)) == weights
    assert parameter_count(config) == sum(
        np.prod(shape)
        for name, shape in weights.items()
        if name.startswith("encoder/")
    )


def test_they_differ_at_the_start(tiny):
    keras.utils.set_random_seed(0)
    encoder = AlbertEncoder(tiny(num_parallel_encoders=2))
    first, second = encoder.transformer.encoders()
    for one, other in zip(first.blocks, second.blocks, strict=True):
        kernels = [block.attention.query.kernel for block in (one, other)]
        one, other = map(ops.convert_to_numpy, kernels)
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.3


def test_one_of_them_knows_nothing_of_the_other(make, inputs, numpy):
    encoder = make()
    before = numpy(encoder(inputs)["sequence_output"])
    for weight in encoder.transformer.others[0].weights:
        weight.assign(weight * 1.5)
    after = numpy(encoder(inputs)["sequence_output"])
    np.testing.assert_array_equal(after[..., :16], before[..., :16])
    assert np.abs(after - before)[..., 16:].max() > 1e-2


def test_each_has_dropout_of_its_own(tiny, inputs, numpy, randomize):
    rates = {"hidden_dropout_prob": 0.3, "attention_probs_dropout_prob": 0.3}
    encoder = randomize(AlbertEncoder(tiny(num_parallel_encoders=2, **rates)))
    first, second = encoder.transformer.encoders()
    for one, other in zip(first.blocks, second.blocks, strict=True):
        for weight, twin in zip(one.weights, other.weights, strict=True):
            twin.assign(weight)
    x = numpy(encoder(inputs)["sequence_output"])
    np.testing.assert_array_equal(x[..., :16], x[..., 16:])
    x = numpy(encoder(inputs, training=True)["sequence_output"])
    assert np.abs(x[..., :16] - x[..., 16:]).max() > 0.1


def test_padding_changes_nothing(make, inputs, numpy):
    encoder = make()
    row = {name: value[1:] for name, value in inputs.items()}
    shorter = {name: value[:, :4] for name, value in row.items()}
    np.testing.assert_allclose(
        numpy(encoder(row)["sequence_output"])[:, :4],
        numpy(encoder(shorter)["sequence_output"]),
        atol=1e-5,
    )


def test_one_encoder_is_the_plain_one(tiny):
    assert type(AlbertEncoder(tiny()).transformer) is SharedEncoder
    two = AlbertEncoder(tiny(num_parallel_encoders=2))
    assert type(two.transformer) is ParallelEncoder


def test_operations_are_those_of_two(tiny):
    one, two = (
        multiply_accumulates(tiny(num_parallel_encoders=n, **{}), 7)
        for n in (1, 2)
    )
    projection, pooler = 7 * 8 * 16, 16 * 16
    layers = one - projection - pooler
    assert two == projection + 2 * layers + 4 * pooler


@pytest.mark.parametrize("number", [0, -1, 1.5, True, "2"])
def test_their_number_is_checked(tiny, number):
    message = "num_parallel_encoders=.* must be a whole number above 0"
    with pytest.raises(UserError, match=message):
        tiny(num_parallel_encoders=number)
