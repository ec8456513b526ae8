import warnings

import numpy as np
import pytest

from albert_tf.evaluation.classification import evaluate_classification
from albert_tf.evaluation.confusion_plot import plot_confusion_matrix


def report_of(labels):
    truth = np.arange(3 * len(labels)) % len(labels)
    return evaluate_classification(truth, truth, labels)


@pytest.mark.parametrize("classes", [2, 7, 77])
def test_draws(tmp_path, classes):
    from matplotlib.image import imread

    path = tmp_path / "matrix.png"
    report = report_of([f"cost in $ {k}$" for k in range(classes)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot_confusion_matrix(report, path)
    height, width, _ = imread(path).shape
    assert 300 < height < 2500
    assert 300 < width < 2500
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_when_it_fails(tmp_path):
    with pytest.raises(ValueError, match="not supported"):
        plot_confusion_matrix(report_of(["a", "b"]), tmp_path / "a.unknown")
    assert not list(tmp_path.iterdir())
