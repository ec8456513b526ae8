"""What a pre-trainer's heads say after several layers."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.models import AlbertPretrainer
from albert_tf.models.layer_scores import layer_scores

pytestmark = pytest.mark.backend_agnostic

LOGITS = {"masked_lm_logits", "sentence_order_logits"}


@pytest.fixture
def model(tiny):
    """Three layers that differ; no dropout."""
    keras.utils.set_random_seed(0)
    return AlbertPretrainer(without_dropout(tiny, num_hidden_groups=3))


@pytest.fixture
def inputs(batch):
    positions = np.array([[1, 2, 3]] * 4, "int32")
    return {**batch, "masked_positions": positions}


def without_dropout(config, **changes):
    return dataclasses.replace(
        config,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        initializer_range=0.3,
        **changes,
    )


def assert_equal(scores, expected):
    assert scores.keys() == LOGITS
    for name, logits in scores.items():
        np.testing.assert_allclose(
            ops.convert_to_numpy(logits),
            ops.convert_to_numpy(expected[name]),
            atol=1e-5,
        )


def test_the_last_layer_says_what_the_model_says(model, inputs):
    (scores,) = layer_scores(model, inputs, [3])
    assert_equal(scores, model(inputs))


def test_an_early_layer_says_what_a_shorter_model_says(model, inputs, tiny):
    shorter = AlbertPretrainer(
        without_dropout(tiny, num_hidden_layers=2, num_hidden_groups=2)
    )
    weights = model.named_weights()
    for name, weight in shorter.named_weights().items():
        weight.assign(weights[name])
    first, last = layer_scores(model, inputs, [2, 3])
    assert_equal(first, shorter(inputs))
    with pytest.raises(AssertionError):
        assert_equal(first, last)


def test_padding_changes_nothing(model, inputs):
    shorter = {
        name: value if name == "masked_positions" else value[:, :5]
        for name, value in inputs.items()
    }
    row = slice(1, 2)  # the one with four tokens of padding
    of = [
        layer_scores(model, {k: v[row] for k, v in some.items()}, [1, 2])
        for some in (inputs, shorter)
    ]
    for one, other in zip(*of, strict=True):
        assert_equal(one, other)


def test_without_the_second_task(tiny, inputs):
    model = AlbertPretrainer(tiny, sentence_order=False)
    for scores in layer_scores(model, inputs, [1, 3]):
        assert scores.keys() == {"masked_lm_logits"}
