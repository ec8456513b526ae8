import warnings

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from albert_tf.evaluation.glue import accuracy_and_f1, matthews
from albert_tf.evaluation.regression import evaluate_regression


def test_agree_with_scikit_learn():
    rng = np.random.default_rng(0)
    for _ in range(50):
        truth, found = rng.choice(["0", "1"], (2, 40)).tolist()
        scores = accuracy_and_f1(truth, found, "1")
        f1 = metrics.f1_score(truth, found, pos_label="1")
        accuracy = metrics.accuracy_score(truth, found)
        assert scores == pytest.approx(
            {"average": (f1 + accuracy) / 2, "accuracy": accuracy, "f1": f1}
        )
        assert matthews(truth, found) == pytest.approx(
            metrics.matthews_corrcoef(truth, found)
        )
        truth, found = rng.normal(size=(2, 40))
        report = evaluate_regression(truth, found)
        assert report.pearson == pytest.approx(stats.pearsonr(truth, found)[0])
        assert report.spearman == pytest.approx(
            stats.spearmanr(truth, found)[0]
        )


@pytest.mark.parametrize(
    ("truth", "found"),
    [
        (["0"] * 4, ["0"] * 4),
        (["1"] * 4, ["1"] * 4),
        (["0"] * 4, ["1"] * 4),
        (["0", "1"], ["1", "1"]),
        (["1"], ["1"]),
    ],
)
def test_degenerate_answers_are_numbers_without_warnings(truth, found):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = accuracy_and_f1(truth, found, "1")
        scores["matthews"] = matthews(truth, found)
        numbers = [*map(float, truth)], [*map(float, found)]
        scores.update(evaluate_regression(*numbers).figures)
    assert all(np.isfinite(value) for value in scores.values())
    assert scores["matthews"] == scores["pearson"] == 0
