"""How often what is searched for is found."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True)
class RetrievalReport(Score):
    """How often the right answer is among the first.

    Attributes:
        recall_at_1: the share of queries whose first answer is right.
        recall_at_5: the share of those with a right one among five.
        examples: how many queries there were.
    """

    recall_at_1: float
    recall_at_5: float
    examples: int

    @property
    def figures(self):
        """Both shares."""
        return {"recall@1": self.recall_at_1, "recall@5": self.recall_at_5}


def evaluate_retrieval(
    found: np.ndarray, right: Sequence[set[int]]
) -> RetrievalReport:
    """Compares rankings with what is right.

    Args:
        found: int [Q, k], what was found for each query, the best first.
        right: for each of the Q queries the numbers that are right.

    Returns:
        All scores.
    """
    hits = np.array(
        [
            [place in wanted for place in places[:5]]
            for places, wanted in zip(found, right, strict=True)
        ]
    )
    return RetrievalReport(
        float(hits[:, 0].mean()), float(hits.any(axis=1).mean()), len(hits)
    )
