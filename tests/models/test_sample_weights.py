"""A weight of an example reaches the loss of every model, and rightly."""

import dataclasses

import keras
import numpy as np
import pytest

from albert_tf.models import (
    AlbertClassifier,
    AlbertCrfTagger,
    AlbertIntentSlotTagger,
    AlbertMultilabelClassifier,
    AlbertQuestionAnswerer,
    AlbertRegressor,
    AlbertTagger,
)

WEIGHTS = np.array([2, 0, 0.5, 1], "float32")
# Tokens that count: 2, 1, 3 and 0.
TAGS = np.full((4, 9), -1, "int32")
TAGS[0, 1:3], TAGS[1, 4], TAGS[2, 2:5] = [0, 1], 2, [2, 0, 1]
CLASSES = np.array([0, 1, 1, 0], "int32")
MODELS = {
    AlbertClassifier: ({"labels": ["a", "b"]}, CLASSES),
    AlbertMultilabelClassifier: (
        {"labels": ["a", "b"]},
        np.eye(2, dtype="float32")[CLASSES],
    ),
    AlbertRegressor: ({}, CLASSES.astype("float32")),
    AlbertQuestionAnswerer: (
        {},
        {"start_positions": CLASSES, "end_positions": CLASSES + 1},
    ),
}


@pytest.fixture
def make(tiny):
    """A model whose outputs differ from text to text."""

    def make(kind, **arguments):
        keras.utils.set_random_seed(0)
        config = dataclasses.replace(tiny, initializer_range=0.5)
        model = kind(config, **arguments)
        model.compile(keras.optimizers.SGD(0.0), metrics=[])
        return model

    return make


def rows_of(values, rows):
    if isinstance(values, dict):
        return {name: array[rows] for name, array in values.items()}
    return values[rows]


def loss(model, x, y, weights=None):
    return model.evaluate(x, y, sample_weight=weights, verbose=0)


def each_alone(model, batch, y):
    """The loss of each of the four examples, [4]."""
    return [loss(model, rows_of(batch, [i]), rows_of(y, [i])) for i in range(4)]


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
@pytest.mark.parametrize("kind", MODELS)
def test_one_loss_an_example(make, batch, kind, shape):
    arguments, y = MODELS[kind]
    model = make(kind, **arguments)
    weighted = loss(model, batch, y, WEIGHTS.reshape(shape))
    expected = np.mean(WEIGHTS * each_alone(model, batch, y))
    assert weighted == pytest.approx(expected, 1e-5)
    assert weighted != pytest.approx(loss(model, batch, y), 1e-2)


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_the_transitions_of_a_text(make, batch, shape):
    model = make(AlbertCrfTagger, labels=["a", "b", "c"])
    weighted = loss(model, batch, TAGS, WEIGHTS.reshape(shape))
    expected = np.mean(WEIGHTS * each_alone(model, batch, TAGS))
    assert weighted == pytest.approx(expected, 1e-5)


def tag_loss(model, batch):
    """The sum over the tokens that count, each with its text's weight."""
    logits = np.asarray(model(batch)["logits"], "float64")
    logits -= np.log(np.exp(logits).sum(-1, keepdims=True))
    total = 0.0
    for text, token in np.argwhere(TAGS >= 0):
        total -= WEIGHTS[text] * logits[text, token, TAGS[text, token]]
    return total / (TAGS >= 0).sum()


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_each_token_of_a_text(make, batch, shape):
    model = make(AlbertTagger, labels=["a", "b", "c"])
    weighted = loss(model, batch, TAGS, WEIGHTS.reshape(shape))
    assert weighted == pytest.approx(tag_loss(model, batch), 1e-5)


@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_intent_and_slots(make, batch, shape):
    model = make(
        AlbertIntentSlotTagger, labels=["a", "b", "c"], intents=["x", "y"]
    )
    y = {"slots": TAGS, "intents": CLASSES}
    logits = np.asarray(model(batch)["intent_logits"], "float64")
    logits -= np.log(np.exp(logits).sum(-1, keepdims=True))
    intents = -np.mean(WEIGHTS * logits[np.arange(4), CLASSES])
    weights = WEIGHTS.reshape(shape)
    expected = tag_loss(model, batch) + intents
    assert loss(model, batch, y, weights) == pytest.approx(expected, 1e-5)
    fitted = model.compute_loss(
        y=y, y_pred=model(batch), sample_weight=weights
    )  # as batches of text give it
    assert float(fitted) == pytest.approx(expected, 1e-5)
    by_name = {"slots": weights, "intents": 0 * weights}
    assert loss(model, batch, y, by_name) == pytest.approx(
        tag_loss(model, batch), 1e-5
    )


def test_as_many_texts_as_tokens(make, batch):
    """The weights are still along the texts."""
    model = make(AlbertTagger, labels=["a", "b", "c"])
    square = {name: array[:, :4] for name, array in batch.items()}
    tags = np.array([[0, 1, 2, 0]] * 4, "int32")
    weighted = loss(model, square, tags, WEIGHTS)
    expected = np.mean(WEIGHTS * each_alone(model, square, tags))
    assert weighted == pytest.approx(expected, 1e-5)


def test_weights_of_tokens(make, batch):
    model = make(AlbertTagger, labels=["a", "b", "c"])
    weights = np.repeat(WEIGHTS[:, None], 9, axis=1)
    assert loss(model, batch, TAGS, weights) == pytest.approx(
        tag_loss(model, batch), 1e-5
    )
