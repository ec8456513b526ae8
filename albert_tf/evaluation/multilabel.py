"""Scores of sets of labels, by scikit-learn's definitions."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True)
class MultilabelReport(Score):
    """How well predicted sets of labels agree with the true ones.

    Attributes:
        micro_f1: F1 over all labels of all examples.
        macro_f1: mean F1 of the labels.
        exact: share of the examples whose set is right.
        labels: precision, recall, F1 and examples of each label.
        examples: how many there were.
    """

    micro_f1: float
    macro_f1: float
    exact: float
    labels: dict[str, dict[str, float | int]]
    examples: int

    @property
    def figures(self):
        """Both F1, and the share of right sets."""
        return {
            "micro_f1": self.micro_f1,
            "macro_f1": self.macro_f1,
            "exact": self.exact,
        }

    @property
    def details(self):
        """The labels."""
        return self.labels


def evaluate_multilabel(
    truth: Sequence[Sequence[str]],
    predicted: Sequence[Sequence[str]],
    labels: Sequence[str],
) -> MultilabelReport:
    """Compares predicted sets of labels with the true ones.

    Args:
        truth: B sets, B at least 1.
        predicted: B sets.
        labels: the C names.

    Returns:
        All scores.
    """
    from sklearn import metrics

    def matrix(sets):
        return np.array([[x in one for x in labels] for one in sets], int)

    true, found = matrix(truth), matrix(predicted)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        true, found, average=None, zero_division=0
    )
    return MultilabelReport(
        micro_f1=float(
            metrics.f1_score(true, found, average="micro", zero_division=0)
        ),
        macro_f1=float(f1.mean()),
        exact=float((true == found).all(axis=1).mean()),
        labels={
            label: {
                "precision": float(precision[k]),
                "recall": float(recall[k]),
                "f1": float(f1[k]),
                "support": int(support[k]),
            }
            for k, label in enumerate(labels)
        },
        examples=len(true),
    )
