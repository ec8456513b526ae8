"""Scores of entities, as the official scorer of CoNLL counts them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from albert_tf.errors import UserError
from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True)
class EntityReport(Score):
    """How many entities were found; one is right if kind and borders are.

    Attributes:
        f1: over all entities, 0 to 1.
        precision: share of those found that are right.
        recall: share of the true ones that were found.
        accuracy: share of the words with the right tag.
        kinds: precision, recall, F1 and number of each kind.
        examples: how many texts there were.
    """

    f1: float
    precision: float
    recall: float
    accuracy: float
    kinds: dict[str, dict[str, float | int]]
    examples: int

    @property
    def figures(self):
        """F1 first."""
        return {
            name: getattr(self, name)
            for name in ("f1", "precision", "recall", "accuracy")
        }

    @property
    def details(self):
        """The kinds."""
        return self.kinds


def evaluate_entities(
    truth: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]
) -> EntityReport:
    """Compares the tags of words, in BIO, by seqeval.

    Args:
        truth: for each of B texts, the tags of its words; B at least 1.
        predicted: as many.

    Returns:
        All scores; 0 where nothing is there or found.

    Raises:
        UserError: seqeval is not installed.
    """
    try:
        from seqeval import metrics
    except ImportError:
        raise UserError(
            "entities are scored by seqeval: pip install seqeval"
        ) from None
    truth, predicted = [*map(list, truth)], [*map(list, predicted)]
    if not any(tag != "O" for tags in truth for tag in tags):
        # seqeval divides by their number, and warns.
        return _without_entities(truth, predicted)
    report = metrics.classification_report(
        truth, predicted, output_dict=True, zero_division=0
    )
    kinds = {
        kind: {
            "precision": float(row["precision"]),
            "recall": float(row["recall"]),
            "f1": float(row["f1-score"]),
            "support": int(row["support"]),
        }
        for kind, row in report.items()
        if not kind.endswith(" avg")
    }
    over_all = report["micro avg"]
    return EntityReport(
        f1=float(over_all["f1-score"]),
        precision=float(over_all["precision"]),
        recall=float(over_all["recall"]),
        accuracy=float(metrics.accuracy_score(truth, predicted)),
        kinds=kinds,
        examples=len(truth),
    )


def _without_entities(truth, predicted) -> EntityReport:
    tags = [tag for row in predicted for tag in row]
    accuracy = sum(tag == "O" for tag in tags) / max(1, len(tags))
    return EntityReport(0.0, 0.0, 0.0, accuracy, {}, len(truth))
