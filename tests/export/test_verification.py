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
