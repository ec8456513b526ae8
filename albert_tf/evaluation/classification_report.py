"""The scores of a classifier."""

import dataclasses

import numpy as np

from albert_tf.evaluation.class_rows import class_rows
from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True, eq=False)
class ClassificationReport(Score):
    """How well predictions agree with the truth.

    Attributes:
        labels: the C class names.
        accuracy: share of the examples that were predicted right.
        macro_f1: mean F1 of the classes that occur among truth or predictions.
        precision: float [C]; 0 for a class that was never predicted.
        recall: float [C]; 0 for a class that never occurs.
        f1: float [C].
        support: int [C], how many examples are of each class.
        confusion: int [C, C], how many examples of the row's class were
            predicted to be of the column's.
    """

    labels: tuple[str, ...]
    accuracy: float
    macro_f1: float
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    support: np.ndarray
    confusion: np.ndarray

    @property
    def examples(self) -> int:
        """How many there were."""
        return int(self.support.sum())

    @property
    def balanced_accuracy(self) -> float:
        """The mean recall of the classes that occur."""
        return float(self.recall[self.support > 0].mean())

    @property
    def figures(self):
        """Accuracy, the mean F1 and the mean recall."""
        return {
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "balanced_accuracy": self.balanced_accuracy,
        }

    @property
    def details(self):
        """The classes."""
        scores = (self.precision, self.recall, self.f1, self.support)
        return class_rows(self.labels, scores)

    def to_dict(self) -> dict:
        """The same, ready for JSON; what belongs to a class under its name."""
        return {**super().to_dict(), "confusion": self.confusion.tolist()}
