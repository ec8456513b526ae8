"""Whether a file answers as the model that it was made of."""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from albert_tf.errors import UserError, require
from albert_tf.tasks import Task
from albert_tf.tasks.predictor import Predictor
from export.file_network import PROBABILITY
from export.quantization import Quantization
from export.saved_model_files import bundle_of
from export.tflite_predictor import load

# Float32 files differ from Keras by the order of sums alone.
_FLOAT_TOLERANCE = 1e-3


class VerificationError(UserError):
    """The file answers otherwise than Keras, by more than is allowed."""


@dataclasses.dataclass(frozen=True)
class VerificationReport:
    """How a file compares with Keras on the same examples.

    Attributes:
        examples: how many there were.
        max_difference: largest absolute difference of an output.
        agreement: share of the examples with the same answer.
        figure: the score's figure that was compared.
        keras_score: what Keras scores.
        tflite_score: what the file scores.
    """

    examples: int
    max_difference: float
    agreement: float
    figure: str
    keras_score: float
    tflite_score: float


def verify(
    model,
    path: str | os.PathLike,
    examples: Sequence[Any],
    threshold: float = 0.5,
    least_agreement: float = 0.9,
    task_class: type[Task] | None = None,
) -> VerificationReport:
    """Runs Keras and the file on the same labelled examples.

    Args:
        model: the `TaskModel` that was exported.
        path: the file, or the directory of a SavedModel.
        examples: real ones, with labels.
        threshold: how many points of a hundred of the task's figure the file
            may lose.
        least_agreement: the share of the examples that must have the same
            answer. A file in float32 must besides have the same outputs to
            1e-3.
        task_class: what the file was made for; see `to_tflite`.

    Returns:
        What was compared.

    Raises:
        VerificationError: if the file loses or differs more, has other
            settings, or either answers with NaN.
        UserError: if the model is for no task, there are no examples, a
            threshold is no number, or the file or a label is wrong.
    """
    require(
        math.isfinite(threshold) and threshold >= 0,
        "must be a number, at least 0",
        threshold=threshold,
    )
    require(
        0 <= least_agreement <= 1,
        "must be a number from 0 to 1",
        least_agreement=least_agreement,
    )
    if not examples:
        raise UserError("there are no examples to verify with")
    keras = Predictor.of_model(model, task_class=task_class)
    tflite = load(path)
    _check_settings(keras.task, tflite.task)
    report = _compare(keras, tflite, examples)
    _judge(report, threshold, least_agreement)
    if (
        bundle_of(path).quantization == Quantization.of("float32")
        and report.max_difference > _FLOAT_TOLERANCE
    ):
        raise VerificationError(
            f"the outputs of the float32 file differ from Keras by "
            f"{report.max_difference:.2g}; at most {_FLOAT_TOLERANCE} is "
            "rounding, so it is of another model"
        )
    return report


def _check_settings(keras, tflite) -> None:
    mine = {"task": keras.name, **keras.settings}
    theirs = {"task": tflite.name, **tflite.settings}
    for name, value in mine.items():
        if theirs.get(name) != value:
            raise VerificationError(
                f"the file has {name}={theirs.get(name)}, the model "
                f"{name}={value}"
            )


def _compare(
    keras: Predictor, tflite: Predictor, examples: Sequence[Any]
) -> VerificationReport:
    task = keras.task
    rows = keras.rows(examples)
    outputs = {"Keras model": keras.outputs(rows), "file": tflite.outputs(rows)}
    for who, named in outputs.items():
        if not all(np.isfinite(a).all() for v in named.values() for a in v):
            raise VerificationError(f"the {who} answers with NaN or infinity")
    if PROBABILITY in outputs["file"]:
        # What is added to all logits of a row does not come back of these.
        logits = outputs["Keras model"]["logits"]
        normal = [row - np.logaddexp.reduce(row) for row in logits]
        outputs["Keras model"] = {"logits": normal}
    expected, actual = (
        task.answers(named, rows, examples) for named in outputs.values()
    )
    figure = task.figure
    return VerificationReport(
        examples=len(examples),
        max_difference=task.difference(*outputs.values()),
        agreement=task.agreement(expected, actual),
        figure=figure,
        keras_score=task.score(expected, examples).figures[figure],
        tflite_score=task.score(actual, examples).figures[figure],
    )


def _judge(
    report: VerificationReport, threshold: float, least_agreement: float
) -> None:
    lost = 100 * (report.keras_score - report.tflite_score)
    if not lost <= threshold:
        raise VerificationError(
            f"the file loses {lost:.2f} points of {report.figure} against "
            f"Keras ({report.keras_score:.4f} -> {report.tflite_score:.4f}); "
            f"at most {threshold} are allowed"
        )
    if not report.agreement >= least_agreement:
        raise VerificationError(
            f"the file gives the same answer as Keras to "
            f"{report.agreement:.1%} of the examples; at least "
            f"{least_agreement:.0%} are needed"
        )
