import numpy as np
import pytest

from albert_tf.data.example import Example
from albert_tf.errors import UserError
from export import VerificationError, to_tflite, verify

TEXTS = [f"sentence number {i} of {i * i} others" for i in range(40)]


@pytest.fixture(scope="module")
def examples(classifier):
    """Labelled as the model itself would label them."""
    predictions = classifier.classify(TEXTS)
    return [
        Example(text, label=p.label)
        for text, p in zip(TEXTS, predictions, strict=True)
    ]


def test_float_file_passes(classifier, files, examples):
    report = verify(classifier, files["float32"], examples)
    assert report.examples == 40
    assert report.max_difference < 1e-5
    assert report.agreement == 1
    assert report.keras_score == report.tflite_score == 1


def test_int8_file_is_compared(classifier, files, examples):
    report = verify(
        classifier, files["int8"], examples, threshold=100, least_agreement=0
    )
    assert report.max_difference > 0
    assert report.tflite_score == report.agreement


def test_another_models_file_fails(classifier, files, examples, randomize):
    kernel = classifier.logits_dense.kernel
    right = kernel.numpy()
    try:
        kernel.assign(-right)
        flipped = [
            Example(e.text, label=p.label)
            for e, p in zip(examples, classifier.classify(TEXTS), strict=True)
        ]
        with pytest.raises(VerificationError, match="points of accuracy"):
            verify(classifier, files["float32"], flipped)
    finally:
        kernel.assign(right)


@pytest.mark.parametrize("threshold", [float("nan"), float("inf"), -1])
def test_thresholds_are_numbers(classifier, files, examples, threshold):
    with pytest.raises(UserError, match="threshold=.* must be a number"):
        verify(classifier, files["int8"], examples, threshold=threshold)
    with pytest.raises(UserError, match="least_agreement=.* must be a number"):
        verify(classifier, files["int8"], examples, least_agreement=threshold)


def _of_another_model(classifier, path, quantization, bias):
    """A file with the same labels, made with another bias of the logits."""
    right = classifier.logits_dense.bias.numpy()
    try:
        classifier.logits_dense.bias.assign(right + bias)
        to_tflite(classifier, path, quantization)
    finally:
        classifier.logits_dense.bias.assign(right)


def test_float_outputs_are_compared(classifier, examples, tmp_path):
    """All answers are the same, and yet it is another model."""
    path = tmp_path / "model.tflite"
    _of_another_model(classifier, path, "float32", 0.01)
    with pytest.raises(VerificationError, match="differ from Keras by 0.01"):
        verify(classifier, path, examples)


def test_answers_of_int8_are_compared(classifier, examples, tmp_path):
    """A score that is allowed to fall hides no other answers."""
    path = tmp_path / "model.tflite"
    _of_another_model(classifier, path, "int8", np.array([0, 0, 1e3]))
    with pytest.raises(VerificationError, match="gives the same answer as"):
        verify(classifier, path, examples, threshold=100)


def test_nan_fails(classifier, examples, tmp_path):
    bias = classifier.logits_dense.bias
    right = bias.numpy()
    try:
        bias.assign(np.full_like(right, np.nan))
        to_tflite(classifier, tmp_path / "nan.tflite", "float32")
    finally:
        bias.assign(right)
    with pytest.raises(VerificationError, match="NaN"):
        verify(classifier, tmp_path / "nan.tflite", examples)


def test_only_some_have_a_pair(classifier, files):
    examples = [Example("a b", "c d", "no"), Example("e f", None, "yes")]
    report = verify(classifier, files["float32"], examples)
    assert report.max_difference < 1e-5


def test_nan_in_keras_fails(classifier, files, examples):
    bias = classifier.logits_dense.bias
    right = bias.numpy()
    try:
        bias.assign(np.full_like(right, np.nan))
        with pytest.raises(VerificationError, match="Keras model answers"):
            verify(classifier, files["float32"], examples)
    finally:
        bias.assign(right)


def test_other_labels_fail(classifier, files, examples, monkeypatch):
    monkeypatch.setattr(classifier, "labels", ["yes", "no", "maybe"])
    with pytest.raises(VerificationError, match="has labels=..no., .yes"):
        verify(classifier, files["float32"], examples)


def test_no_examples(classifier, files):
    with pytest.raises(UserError, match="no examples"):
        verify(classifier, files["float32"], [])


def test_unknown_label(classifier, files):
    with pytest.raises(UserError, match='unknown label "perhaps"'):
        verify(classifier, files["int8"], [Example("a", label="perhaps")])
