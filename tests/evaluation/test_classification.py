import json

import numpy as np
import pytest

from albert_tf.evaluation.classification import evaluate_classification

LABELS = ["a", "b", "c", "never"]


def test_scores_by_hand():
    report = evaluate_classification(
        [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 1, 0], LABELS
    )
    assert report.accuracy == pytest.approx(4 / 6)
    np.testing.assert_allclose(report.precision, [2 / 3, 2 / 3, 0, 0])
    np.testing.assert_allclose(report.recall, [2 / 3, 1, 0, 0])
    np.testing.assert_allclose(report.f1, [2 / 3, 0.8, 0, 0])
    # The class that nobody speaks of does not count, the missed one does.
    assert report.macro_f1 == pytest.approx((2 / 3 + 0.8 + 0) / 3)
    np.testing.assert_array_equal(report.support, [3, 2, 1, 0])
    np.testing.assert_array_equal(
        report.confusion,
        [[2, 1, 0, 0], [0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]],
    )


@pytest.mark.parametrize("predicted", [[1, 1, 0], [0, 0, 1]])
def test_counts_are_whole_even_where_nothing_is_right(predicted):
    report = evaluate_classification([0, 0, 1], predicted, LABELS)
    read = json.dumps(report.to_dict())
    assert '"support": 2}' in read
    assert '"support": 0}' in read


def test_json():
    report = evaluate_classification(
        np.array([0, 1], np.int32), np.array([0, 1]), LABELS
    )
    read = json.loads(json.dumps(report.to_dict()))
    assert read["accuracy"] == read["macro_f1"] == 1.0
    assert read["classes"]["a"] == {
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "support": 1,
    }
    assert read["confusion"][1] == [0, 1, 0, 0]


@pytest.mark.parametrize(
    ("truth", "predicted"), [([], []), ([0], [0, 1]), ([0], [4]), ([-1], [0])]
)
def test_refuses(truth, predicted):
    with pytest.raises(ValueError, match="got"):
        evaluate_classification(truth, predicted, LABELS)
