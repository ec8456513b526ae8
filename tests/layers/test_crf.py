import itertools

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.layers.crf import ConditionalRandomField, crf_loss

pytestmark = pytest.mark.backend_agnostic


def path_score(path, logits, transitions):
    value, before = 0.0, len(transitions) - 1
    for place, tag in enumerate(path):
        value += logits[place, tag] + transitions[before, tag]
        before = tag
    return value


def loss_of(path, logits, transitions):
    """By going through all paths."""
    size = logits.shape[-1]
    scores = [
        path_score(one, logits, transitions)
        for one in itertools.product(range(size), repeat=len(path))
    ]
    return np.logaddexp.reduce(scores) - path_score(path, logits, transitions)


def test_loss_is_that_of_all_paths():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3, 5, 3)).astype("float32")
    transitions = rng.normal(size=(4, 3)).astype("float32")
    targets = np.array([[-1, 2, -1, 0, 1], [0, 1, 2, 2, 0], [-1] * 5])
    found = crf_loss(targets, logits, np.stack([transitions] * 3))
    for row, loss in enumerate(ops.convert_to_numpy(found)):
        is_word = targets[row] >= 0
        if not is_word.any():
            assert loss == 0
            continue
        expected = loss_of(
            targets[row][is_word], logits[row][is_word], transitions
        )
        assert loss == pytest.approx(expected, abs=1e-5)


def test_without_transitions_is_the_cross_entropy():
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(2, 6, 4)).astype("float32")
    targets = rng.integers(-1, 4, (2, 6))
    layer = ConditionalRandomField(4)
    found = crf_loss(targets, logits, layer(logits))
    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, ignore_class=-1, reduction=None
    )
    expected = ops.sum(loss(targets, logits), -1)
    np.testing.assert_allclose(
        ops.convert_to_numpy(found), ops.convert_to_numpy(expected), rtol=1e-5
    )
