"""Sets of labels, and from which probability on each is given."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.evaluation.multilabel import best_threshold, evaluate_multilabel
from albert_tf.models import AlbertMultilabelClassifier
from albert_tf.prediction import MultilabelPrediction
from albert_tf.tasks import task_of_model


def test_no_other_threshold_is_better():
    rng = np.random.default_rng(0)
    for _ in range(50):
        truth = rng.random(12) < 0.4
        truth[0] = True
        probabilities = rng.integers(0, 8, 12) / 8
        found = best_threshold(truth, probabilities)
        scores = [
            f1_score(truth, probabilities >= threshold, zero_division=0)
            for threshold in (np.arange(9) - 0.5) / 8  # between all of them
        ]
        best = f1_score(truth, probabilities >= found)
        assert best == pytest.approx(max(scores))


def test_a_label_that_is_never_right_keeps_the_half():
    assert best_threshold(np.zeros(3, bool), np.array([0.1, 0.2, 0.9])) == 0.5


def test_the_report_chooses_one_for_each_label():
    probabilities = np.array([[0.4, 0.9], [0.3, 0.8], [0.1, 0.7]])
    report = evaluate_multilabel(
        [["a"], ["a", "b"], []], [["b"], ["b"], ["b"]], "ab", probabilities
    )
    assert report.settings["thresholds"] == pytest.approx({"a": 0.2, "b": 0.75})
    assert report.details["a"]["best_threshold"] == pytest.approx(0.2)
    assert report.figures["micro_f1"] == pytest.approx(2 / 6)
    assert report.figures["best_micro_f1"] == pytest.approx(6 / 7)


def test_answers_follow_the_thresholds():
    logits = np.log([0.3 / 0.7, 0.6 / 0.4])
    answer = MultilabelPrediction.from_logits(logits, "ab", {"a": 0.25})
    assert set(answer.labels) == {"a", "b"}
    answer = MultilabelPrediction.from_logits(logits, "ab", {"b": 0.7})
    assert answer.labels == []


def test_thresholds_travel_with_the_model(tmp_path):
    config = AlbertConfig.from_preset("albert_pico")
    model = AlbertMultilabelClassifier(
        config, ["a", "b"], thresholds={"a": 0.2, "b": 0.8}
    )
    model.save_preset(tmp_path / "model")
    again = AlbertMultilabelClassifier.from_preset(tmp_path / "model")
    assert task_of_model(again).thresholds == {"a": 0.2, "b": 0.8}
    with pytest.raises(UserError, match="thresholds has 'c', which is none"):
        AlbertMultilabelClassifier(config, ["a"], thresholds={"c": 0.1})
