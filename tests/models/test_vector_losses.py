"""The losses that compare vectors, beside the same in NumPy."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.models import AlbertEmbedder
from albert_tf.models.contrastive_loss import ContrastiveLoss
from albert_tf.models.cosine_rank_loss import CosineRankLoss

pytestmark = pytest.mark.backend_agnostic


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def value(loss, y_true, y_pred):
    return float(ops.convert_to_numpy(loss(y_true, y_pred)))


def softmax_losses(logits, rights):
    return [
        np.log(np.exp(row).sum()) - row[right]
        for row, right in zip(logits, rights, strict=True)
    ]


@pytest.mark.parametrize("texts", [2, 3])
@pytest.mark.parametrize("temperature", [0.05, 0.7])
def test_contrastive_equals_numpy(rng, texts, temperature):
    x = rng.normal(size=(5, texts, 8)).astype("float32")
    choices = unit(x)[:, 1:].reshape(-1, 8)
    logits = unit(x)[:, 0] @ choices.T / temperature
    rights = range(0, 5 * (texts - 1), texts - 1)
    expected = np.mean(softmax_losses(logits, rights))
    numbers = np.arange(5 * texts).reshape(5, texts)
    actual = value(ContrastiveLoss(temperature), numbers, x)
    assert actual == pytest.approx(expected, rel=1e-4)


def test_equal_texts_are_not_told_apart(rng):
    """Neither a partner twice, nor another partner of an equal text."""
    x = rng.normal(size=(3, 2, 8)).astype("float32")
    logits = unit(x)[:, 0] @ unit(x)[:, 1].T / 0.05
    logits[0, 1] = logits[1, 0] = -np.inf  # the same partner
    logits[1, 2] = logits[2, 1] = -np.inf  # the same first text
    expected = np.mean(softmax_losses(logits, range(3)))
    numbers = [[0, 1], [2, 1], [2, 3]]
    actual = value(ContrastiveLoss(), np.array(numbers), x)
    assert actual == pytest.approx(expected, rel=1e-4)


def test_what_is_none_for_an_equal_text_stays_a_choice(rng):
    x = rng.normal(size=(2, 3, 8)).astype("float32")
    logits = unit(x)[:, 0] @ unit(x)[:, 1:].reshape(-1, 8).T / 0.05
    logits[0, 2] = logits[1, 0] = -np.inf  # the other's partner alone
    expected = np.mean(softmax_losses(logits, [0, 2]))
    numbers = np.array([[0, 1, 2], [0, 3, 4]])
    actual = value(ContrastiveLoss(), numbers, x)
    assert actual == pytest.approx(expected, rel=1e-4)


def test_one_pair_alone_teaches_nothing(rng):
    x = rng.normal(size=(1, 2, 8)).astype("float32")
    assert value(ContrastiveLoss(), np.array([[0, 1]]), x) == 0


@pytest.mark.parametrize("scale", [1, 7.5])
def test_cosine_rank_equals_numpy(rng, scale):
    """On any scale of the numbers; equal ones have no order."""
    x = rng.normal(size=(5, 2, 8)).astype("float32")
    numbers = np.array([1, 3, 3, 0, 5], "float32") * scale
    cosines = (unit(x)[:, 0] * unit(x)[:, 1]).sum(-1)
    total = sum(
        np.exp((cosines[j] - cosines[i]) / 0.1)
        for i in range(5)
        for j in range(5)
        if numbers[i] > numbers[j]
    )
    loss = CosineRankLoss(0.1)
    for y_true in (numbers, numbers[:, None]):
        assert value(loss, y_true, x) == pytest.approx(
            np.log1p(total), rel=1e-4
        )
    assert value(loss, 0 * numbers, x) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("kind", [ContrastiveLoss, CosineRankLoss])
def test_they_are_saved(kind):
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(kind(0.3))
    )
    assert type(again) is kind
    assert again.temperature == 0.3


@pytest.mark.parametrize("pooling", ["mean", "cls", "pooled"])
@pytest.mark.parametrize("kind", [ContrastiveLoss, CosineRankLoss])
def test_a_batch_is_learned_by_heart(tiny, kind, pooling, rng):
    keras.utils.set_random_seed(1)
    config = dataclasses.replace(
        tiny, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    model = AlbertEmbedder(config, pooling=pooling)
    shape = (4, 2, 6)
    inputs = {
        "token_ids": rng.integers(0, 50, shape),
        "segment_ids": np.zeros(shape, "int32"),
        "padding_mask": np.ones(shape, "int32"),
    }
    numbers = {
        ContrastiveLoss: np.arange(8).reshape(4, 2),
        CosineRankLoss: np.array([[0.0], [1.0], [2.0], [3.0]]),
    }[kind]
    model.compile(keras.optimizers.Adam(1e-2), kind(0.1))
    losses = model.fit(inputs, numbers, epochs=100, verbose=0).history["loss"]
    assert losses[-1] < 0.1 < losses[0] / 4
    pairs = ops.convert_to_numpy(model(inputs)["embedding"])
    assert pairs.shape == (4, 2, 16)
    single = {name: array[:, 1] for name, array in inputs.items()}
    np.testing.assert_allclose(
        ops.convert_to_numpy(model(single)["embedding"]),
        pairs[:, 1],
        atol=1e-5,
    )
