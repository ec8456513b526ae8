"""Whether a file answers as the model that it was made of."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from albert_tf.data.labels import label_ids
from albert_tf.errors import UserError
from export.tflite_classifier import TFLiteClassifier

if TYPE_CHECKING:
    from albert_tf.data.example import Example
    from albert_tf.models.classifier import AlbertClassifier


class VerificationError(UserError):
    """The file answers otherwise than Keras, by more than is allowed."""


@dataclasses.dataclass(frozen=True)
class VerificationReport:
    """How a file compares with Keras on the same examples.

    Attributes:
        examples: how many there were.
        max_logit_difference: largest absolute difference of a logit.
        agreement: share of the examples with the same prediction.
        keras_accuracy: share that Keras gets right.
        tflite_accuracy: share that the file gets right.
    """

    examples: int
    max_logit_difference: float
    agreement: float
    keras_accuracy: float
    tflite_accuracy: float


def verify(
    model: AlbertClassifier,
    path: str | os.PathLike,
    examples: Sequence[Example],
    threshold: float = 0.5,
) -> VerificationReport:
    """Runs Keras and the file on the same labelled examples.

    Args:
        model: what was exported.
        path: the file.
        examples: real ones, with labels.
        threshold: how many percentage points of accuracy the file may lose.

    Returns:
        What was compared.

    Raises:
        VerificationError: if the file loses more, has other labels, or either
            answers with NaN.
        UserError: if the model is no classifier, there are no examples, or
            the file or a label is wrong.
    """
    if not hasattr(model, "labels"):
        raise UserError(
            f"only a classifier can be verified, not {type(model).__name__}"
        )
    if not examples:
        raise UserError("there are no examples to verify with")
    truth = label_ids(examples, model.labels)
    texts = [example.text for example in examples]
    pairs = [example.pair or "" for example in examples]  # "" is no pair
    classifier = TFLiteClassifier(path)
    if classifier.labels != model.labels:
        raise VerificationError(
            f"the file has the labels {', '.join(classifier.labels)}, the "
            f"model {', '.join(model.labels)}"
        )
    expected = model.predict((texts, pairs), verbose=0)["logits"]
    actual = np.stack(
        [
            classifier.logits(text, pair)
            for text, pair in zip(texts, pairs, strict=True)
        ]
    )
    for who, logits in (("file", actual), ("Keras model", expected)):
        if not np.isfinite(logits).all():
            raise VerificationError(f"the {who} answers with NaN or infinity")
    report = VerificationReport(
        examples=len(examples),
        max_logit_difference=float(np.abs(actual - expected).max()),
        agreement=_share(actual.argmax(-1) == expected.argmax(-1)),
        keras_accuracy=_share(expected.argmax(-1) == truth),
        tflite_accuracy=_share(actual.argmax(-1) == truth),
    )
    lost = 100 * (report.keras_accuracy - report.tflite_accuracy)
    if lost > threshold:
        raise VerificationError(
            f"the file loses {lost:.2f} points of accuracy against Keras "
            f"({report.keras_accuracy:.4f} -> {report.tflite_accuracy:.4f}); "
            f"at most {threshold} are allowed"
        )
    return report


def _share(right: np.ndarray) -> float:
    return float(right.mean())
