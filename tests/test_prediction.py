import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.prediction import Prediction


def test_softmax():
    prediction = Prediction.from_logits([0.0, math.log(3)], ["a", "b"])
    assert prediction.label == "b"
    assert prediction.score == pytest.approx(0.75)
    assert list(prediction.scores) == ["b", "a"]
    assert prediction.scores["a"] == pytest.approx(0.25)


def test_large_logits_do_not_overflow():
    prediction = Prediction.from_logits([-1e4, 1e4, 0.0], ["a", "b", "c"])
    assert prediction.scores == {"b": 1.0, "a": 0.0, "c": 0.0}


def test_equal_logits_keep_the_order_of_the_labels():
    assert Prediction.from_logits([1.0, 1.0], ["b", "a"]).label == "b"


def test_a_logit_for_each_label():
    with pytest.raises(ValueError, match="longer"):
        Prediction.from_logits([1.0], ["a", "b"])


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=9))
def test_scores_are_probabilities_from_high_to_low(logits):
    labels = [str(i) for i in range(len(logits))]
    prediction = Prediction.from_logits(logits, labels)
    scores = list(prediction.scores.values())
    assert sum(scores) == pytest.approx(1)
    assert scores == sorted(scores, reverse=True)
    assert logits[int(prediction.label)] == pytest.approx(max(logits))
    assert prediction.scores.keys() == set(labels)
