"""Labels as users give them, and what they are for the loss."""

import keras
import numpy as np
import pytest

from albert_tf.errors import UserError
from albert_tf.models import AlbertClassifier, AlbertMultilabelClassifier
from albert_tf.training import AdamW

TEXTS = ["good", "a bad day", "it was good in every way", "bad"] * 3
IDS = [1, 0, 1, 0] * 3


@pytest.mark.parametrize(
    ("labels", "y", "numbers"),
    [
        (["True", "False"], [True, False], [0, 1]),
        (["false", "true"], np.array([True, False]), [1, 0]),
        (["1", "0"], [True, False], [0, 1]),
        (["1", "2", "x"], [1, 2], [0, 1]),
        (["1.0", "2.0"], [1, 2], [0, 1]),
        (["1.0", "2.0"], [1.0, 2.0], [0, 1]),
        (["-1", "1"], [1, -1], [1, 0]),
    ],
)
def test_numbers_and_booleans_go_by_name(config, labels, y, numbers):
    model = AlbertClassifier(config, labels)
    np.testing.assert_array_equal(model.encode_targets(y), numbers)


def test_labels_that_say_nothing_are_refused(config):
    with pytest.raises(UserError, match="booleans do not say"):
        AlbertClassifier(config, ["-", "+"]).encode_targets([True])
    with pytest.raises(UserError, match="unknown label '0'"):
        AlbertClassifier(config, ["1", "2", "x"]).encode_targets([0])
    several = AlbertMultilabelClassifier(config, ["a", "b"])
    for y in ([0, 1], ["a", "b"], [[2.0, 0.0]], [[np.nan, 0.0]], [["c"]]):
        with pytest.raises(UserError):
            several.encode_targets(y)
    np.testing.assert_array_equal(
        several.encode_targets([{"a"}, (), ["b"]]), [[1, 0], [0, 0], [0, 1]]
    )


def test_weights_that_would_do_nothing_are_refused(config, preprocessor, eager):
    several = AlbertMultilabelClassifier(config, ["a", "b"], preprocessor)
    several.compile(AdamW(1e-3))
    with pytest.raises(UserError, match="takes no class_weight"):
        several.fit(["x"], [["a"]], class_weight={"a": 2.0})
    one = AlbertClassifier(config, ["a", "b"], preprocessor)
    one.compile(AdamW(1e-3))
    for wrong, words in (
        ({"class_weight": "balanced"}, "must be a dictionary"),
        ({"class_weight": {"c": 1.0}}, "unknown label 'c'"),
        ({"sample_weight": [np.nan, 1.0]}, "must be numbers; got NaN"),
        ({"sample_weight": 2.0}, "as many rows as there are texts, 2; got 0"),
        ({"validation_split": 1.0}, "less than 1"),
        ({"batch_size": 0}, "batch_size=0 must be at least 1"),
    ):
        with pytest.raises(UserError, match=words):
            one.fit(["x", "y"], ["a", "b"], verbose=0, **wrong)


def test_labels_as_numbers_and_probabilities(config, preprocessor, eager):
    model = AlbertClassifier(config, ["-", "+"], preprocessor)
    np.testing.assert_array_equal(model.encode_targets([1.0, 0.0]), [1, 0])
    with pytest.raises(UserError, match="whole numbers; got the float64 0.5"):
        model.encode_targets([1.0, 0.5])
    with pytest.raises(UserError, match=r"shape \[B, 2\]; got shape \(4, 3\)"):
        model.encode_targets(np.zeros((4, 3)))
    model.compile(AdamW(1e-3))
    model.fit(TEXTS, IDS, verbose=0)
    both = np.eye(2)[IDS]
    with pytest.raises(UserError, match="compile needs another loss"):
        model.fit(TEXTS, both, verbose=0)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(AdamW(1e-3), loss=loss, metrics=[])
    assert {*model.fit(TEXTS, both, verbose=0).history} == {"loss"}
