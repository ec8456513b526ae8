"""Scores of sets of labels, by scikit-learn's definitions."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from albert_tf.evaluation.class_rows import class_rows
from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True)
class MultilabelReport(Score):
    """How well predicted sets of labels agree with the true ones.

    Attributes:
        micro_f1: F1 over all labels of all examples.
        macro_f1: mean F1 of the labels.
        exact: share of the examples whose set is right.
        best_micro_f1: `micro_f1` with the best threshold of each label.
        labels: precision, recall, F1, examples and the best threshold of each
            label.
        examples: how many there were.
    """

    micro_f1: float
    macro_f1: float
    exact: float
    best_micro_f1: float
    labels: dict[str, dict[str, float | int]]
    examples: int

    @property
    def figures(self):
        """The F1s, and the share of right sets."""
        return {
            "micro_f1": self.micro_f1,
            "macro_f1": self.macro_f1,
            "exact": self.exact,
            "best_micro_f1": self.best_micro_f1,
        }

    @property
    def details(self):
        """The labels."""
        return self.labels

    @property
    def settings(self):
        """The best thresholds."""
        return {
            "thresholds": {
                label: row["best_threshold"]
                for label, row in self.labels.items()
            }
        }


def evaluate_multilabel(
    truth: Sequence[Sequence[str]],
    predicted: Sequence[Sequence[str]],
    labels: Sequence[str],
    probabilities: np.ndarray,
) -> MultilabelReport:
    """Compares predicted sets of labels with the true ones.

    Args:
        truth: B sets, B at least 1.
        predicted: B sets.
        labels: the C names.
        probabilities: of each label, float [B, C], to choose thresholds by.

    Returns:
        All scores.
    """
    from sklearn import metrics

    def matrix(sets):
        return np.array([[x in one for x in labels] for one in sets], int)

    true, found = matrix(truth), matrix(predicted)
    scores = metrics.precision_recall_fscore_support(
        true, found, average=None, zero_division=0
    )
    thresholds = [*map(best_threshold, true.T, probabilities.T)]
    best = probabilities >= np.array(thresholds)
    return MultilabelReport(
        micro_f1=float(
            metrics.f1_score(true, found, average="micro", zero_division=0)
        ),
        macro_f1=float(scores[2].mean()),
        exact=float((true == found).all(axis=1).mean()),
        best_micro_f1=float(
            metrics.f1_score(true, best, average="micro", zero_division=0)
        ),
        labels={
            label: {**row, "best_threshold": threshold}
            for (label, row), threshold in zip(
                class_rows(labels, scores).items(), thresholds, strict=True
            )
        },
        examples=len(true),
    )


def best_threshold(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """From which probability on a label is given, so that F1 is highest.

    Args:
        truth: whether it is right, bool [B].
        probabilities: float [B].

    Returns:
        Between two of the probabilities, or the lowest of them; 0.5 where it
        is never right.
    """
    if not truth.any():
        return 0.5
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order]
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(ranked) + 1) + hits[-1])
    f1[:-1][ranked[:-1] == ranked[1:]] = -1  # equal ones are given together
    best = int(f1.argmax())
    return float(ranked[best : best + 2].mean())
