"""How well sentence vectors tell what is alike, as STS-B is scored."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from albert_tf.data.example import Example
from albert_tf.errors import UserError
from albert_tf.evaluation.regression import evaluate_regression
from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True)
class SimilarityReport(Score):
    """How well the cosines of vectors agree with what people say.

    Attributes:
        spearman: the correlation of their ranks; 0 where one side is constant.
        pearson: their linear correlation; 0 likewise.
        examples: how many pairs there were.
    """

    spearman: float
    pearson: float
    examples: int

    @property
    def figures(self):
        """Both correlations."""
        return {"spearman": self.spearman, "pearson": self.pearson}


def evaluate_similarity(
    truth: Sequence[float], cosines: Sequence[float]
) -> SimilarityReport:
    """Compares cosines with similarities on any scale.

    Args:
        truth: B numbers, at least one; more is more alike.
        cosines: B numbers.

    Returns:
        All scores.
    """
    report = evaluate_regression(truth, cosines)
    return SimilarityReport(report.spearman, report.pearson, report.examples)


def cosine(vectors: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The cosine of each vector and the other one; 0 where one is zero.

    Args:
        vectors: float [B, H].
        others: float [B, H].

    Returns:
        float64 [B].
    """
    vectors, others = (np.asarray(v, "float64") for v in (vectors, others))
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(others, axis=1)
    products = (vectors * others).sum(axis=1)
    return products / np.where(lengths > 0, lengths, 1)


def sts_spearman(
    vectors_of: Callable[[list[str]], np.ndarray], pairs: Sequence[Example]
) -> float:
    """Spearman's correlation of cosines with the labels, as for STS-B.

    Args:
        vectors_of: gives the vectors of texts, float [n, H].
        pairs: at least one, each with a `pair` and a number as `label`.

    Returns:
        From -1 to 1; 0 where all cosines or all labels are the same.

    Raises:
        UserError: if there are no pairs, or one has no second text.
    """
    check_pairs(pairs)
    texts = [one.text for one in pairs]
    others = [one.pair for one in pairs]
    vectors = vectors_of(texts + others)
    cosines = cosine(vectors[: len(texts)], vectors[len(texts) :])
    labels = [one.label for one in pairs]
    return evaluate_similarity(labels, cosines).spearman


def check_pairs(pairs: Sequence[Example]) -> None:
    """Raises `UserError` if there are no pairs, or single texts."""
    if not pairs or any(one.pair is None for one in pairs):
        raise UserError(
            "similarity is scored on pairs of texts; got "
            f"{'single texts' if pairs else 'none'}"
        )
