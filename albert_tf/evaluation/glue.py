"""The official figures of the GLUE benchmark (Wang et al., 2019, table 1)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True)
class GlueReport(Score):
    """The figures of a task.

    Attributes:
        official: its figures by name; `average` is their mean where there
            are two.
        classes: precision, recall, F1 and number of each class.
        examples: how many there were.
    """

    official: dict[str, float]
    classes: dict[str, dict[str, float | int]]
    examples: int

    @property
    def figures(self):
        """The official ones."""
        return self.official

    @property
    def details(self):
        """The classes."""
        return self.classes


def matthews(truth: Sequence, predicted: Sequence) -> float:
    """Matthews' correlation; 0 where one side has one class only."""
    from sklearn import metrics

    if len(set(truth)) < 2 or len(set(predicted)) < 2:
        return 0.0  # scikit-learn says so too, and warns
    return float(metrics.matthews_corrcoef(truth, predicted))


def accuracy_and_f1(
    truth: Sequence[str], predicted: Sequence[str], positive: str
) -> dict[str, float]:
    """Both and their mean, as MRPC and QQP are scored.

    Args:
        truth: B labels, at least one.
        predicted: B labels.
        positive: whose F1 it is; 0 where it is neither there nor predicted.
    """
    from sklearn import metrics

    true, found = (
        np.array([label == positive for label in side])
        for side in (truth, predicted)
    )
    f1 = float(metrics.f1_score(true, found, zero_division=0))
    accuracy = float((true == found).mean())
    return {"average": (accuracy + f1) / 2, "accuracy": accuracy, "f1": f1}
