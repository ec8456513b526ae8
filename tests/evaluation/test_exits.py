"""Where a text may stop, and what that changes."""

import numpy as np
import pytest
from scipy.stats import binom

from albert_tf.evaluation.exits import (
    choose_threshold,
    exit_curve,
    fit_temperatures,
    needed_layers,
    softmax,
    sureness,
)

LOGITS = np.array(
    [
        [[0.0, 1.0], [0.0, 2.0], [0.0, 3.0], [0.0, 9.0]],
        [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [3.0, 0.0]],
    ]
)


def test_confidence_is_the_probability_by_the_temperature():
    sure = sureness(LOGITS, "confidence", [1.0, 2.0, 1.0, 1.0])
    expected = 1 / (1 + np.exp(-np.array([1.0, 1.0, 3.0, 9.0])))
    np.testing.assert_allclose(sure[0], expected)


def test_patience_counts_layers_that_agree_with_the_one_before():
    sure = sureness(LOGITS, "patience", None)
    assert sure.tolist() == [[0, 1, 2, 3], [0, 0, 1, 0]]


@pytest.mark.parametrize(
    ("threshold", "needed"),
    [(None, [4, 4]), (0, [1, 1]), (1, [2, 3]), (2, [3, 4]), (9, [4, 4])],
)
def test_the_first_layer_that_is_sure_is_the_last(threshold, needed):
    sure = sureness(LOGITS, "patience", None)
    assert needed_layers(sure, threshold).tolist() == needed


def test_the_curve_says_what_each_threshold_does():
    sure = sureness(LOGITS, "patience", None)
    curve = exit_curve(LOGITS, sure, np.array([1, 1]))
    assert [one.threshold for one in curve] == [None, 2, 1, 0]
    assert [one.layers for one in curve] == [4, 3.5, 2.5, 1]
    assert [one.changed for one in curve] == [0, 0, 0.5, 0]
    assert [one.accuracy for one in curve] == [0.5, 0.5, 1, 0.5]


def test_temperatures_make_probabilities_true():
    """Logits four times too large, and half as large as they should be."""
    rng = np.random.default_rng(0)
    true = rng.normal(size=(4000, 1, 3)) * 2
    probabilities = softmax(true[:, 0])
    truth = np.array([rng.choice(3, p=p) for p in probabilities])
    logits = np.concatenate([true * 4, true / 2], axis=1)
    assert fit_temperatures(logits, truth) == pytest.approx([4, 0.5], rel=0.1)


def test_a_promise_needs_enough_examples():
    """Without any change 299 are needed for one of 1 %, and 59 for 5 %."""

    def chosen(number, promise):
        logits = np.tile(LOGITS[:1], (number, 1, 1))
        return choose_threshold(
            logits, sureness(logits, "patience", None), promise
        )

    assert chosen(298, 0.01) is None
    assert chosen(299, 0.01) == 0
    assert chosen(58, 0.05) is None
    assert chosen(59, 0.05) == 0


def test_the_lowest_threshold_that_keeps_the_promise():
    """Of 1,000 texts 3 change from a threshold on, 30 from the next."""
    logits = np.zeros((1000, 3, 2))
    logits[:, 2, 1] = 5
    logits[:, 0, 1] = np.r_[np.full(900, 4.0), np.full(100, 1.0)]
    logits[:, 1, 1] = 4.5
    logits[:3, 0] = [4, 0]
    logits[-30:, 0] = [1, 0]
    sure = sureness(logits, "confidence", None)
    found = choose_threshold(logits, sure, 0.01)
    needed = needed_layers(sure, found)
    assert (needed[:900] == 1).all()
    assert (needed[900:] == 2).all()
    assert binom.cdf(3, 1000, 0.01) < 0.05  # 3 changes are few enough
    assert choose_threshold(logits, sure, 0.005) > found


def test_a_promise_is_kept_but_for_one_of_twenty():
    """Texts of which 2 % change wherever they leave: 1 % is rarely promised."""
    rng = np.random.default_rng(0)
    broken = 0
    for _ in range(200):
        logits = np.zeros((500, 2, 2))
        logits[:, 1, 1] = 1
        logits[:, 0, 1] = rng.uniform(1, 2, 500)
        changed = rng.random(500) < 0.02
        logits[changed, 0] = logits[changed, 0, ::-1]
        sure = sureness(logits, "confidence", None)
        found = choose_threshold(logits, sure, 0.01)
        # With a share of texts that leave, 2 % of these change.
        share = 0 if found is None else (sure[:, 0] >= found).mean()
        broken += share * 0.02 > 0.01
    assert broken / 200 < 0.1
