"""A loss that looks at what is wrong still."""

import keras
import numpy as np
import pytest

from albert_tf.training.focal_crossentropy import FocalCrossentropy


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    return rng.integers(0, 4, 6), rng.normal(size=(6, 4)).astype("float32")


def test_plain_is_keras_own(batch):
    own = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert float(FocalCrossentropy(0)(*batch)) == pytest.approx(
        float(own(*batch)), rel=1e-5
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("gamma", [1.0, 2.5])
def test_is_what_keras_computes_of_one_hot_targets(batch, gamma, smoothing):
    truth, logits = batch
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    target = np.eye(4)[truth] * (1 - smoothing) + smoothing / 4
    expected = -(target * (1 - p) ** gamma * np.log(p)).sum(-1).mean()
    loss = FocalCrossentropy(gamma, smoothing)
    assert float(loss(truth, logits)) == pytest.approx(expected, rel=1e-4)


def test_what_is_ignored_does_not_count(batch):
    truth, logits = batch
    loss = FocalCrossentropy(2.0, ignore_class=-1)
    some = np.where(np.arange(6) < 4, truth, -1)
    expected = FocalCrossentropy(2.0)(truth[:4], logits[:4])
    assert float(loss(some[None], logits[None])) == pytest.approx(
        float(expected), rel=1e-5
    )
    none = np.full((1, 6), -1)
    assert float(loss(none, logits[None])) == 0
    # Of two sequences one has twice the weight.
    both = loss(
        np.stack([some, none[0]]),
        np.stack([logits, logits]),
        np.array([2.0, 1.0]),
    )
    assert float(both) == pytest.approx(float(expected), rel=1e-5)


def test_comes_back_from_its_configuration():
    loss = FocalCrossentropy(1.5, 0.1, -1)
    again = FocalCrossentropy.from_config(loss.get_config())
    assert (again.gamma, again.label_smoothing, again.ignore_class) == (
        *(1.5, 0.1),
        -1,
    )
