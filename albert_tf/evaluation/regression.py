"""Scores of predicted numbers, as STS-B is scored."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True)
class RegressionReport(Score):
    """How well predicted numbers agree with the true ones.

    Attributes:
        pearson: their linear correlation; 0 where one side is constant.
        spearman: the correlation of their ranks; 0 likewise.
        mean_absolute_error: their mean distance.
        examples: how many there were.
    """

    pearson: float
    spearman: float
    mean_absolute_error: float
    examples: int

    @property
    def figures(self):
        """Both correlations."""
        return {"pearson": self.pearson, "spearman": self.spearman}

    def to_dict(self):
        """All fields."""
        return dataclasses.asdict(self)


def evaluate_regression(
    truth: Sequence[float], predicted: Sequence[float]
) -> RegressionReport:
    """Compares predicted numbers with the true ones.

    Args:
        truth: B numbers, at least one.
        predicted: B numbers.

    Returns:
        All scores.
    """
    from scipy import stats

    truth, predicted = np.asarray(truth, float), np.asarray(predicted, float)
    pearson = spearman = 0.0
    if np.ptp(truth) > 0 and np.ptp(predicted) > 0:
        pearson = float(stats.pearsonr(truth, predicted).statistic)
        spearman = float(stats.spearmanr(truth, predicted).statistic)
    return RegressionReport(
        pearson=pearson,
        spearman=spearman,
        mean_absolute_error=float(np.abs(truth - predicted).mean()),
        examples=len(truth),
    )
