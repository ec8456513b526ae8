"""Scores of classes of words, such as parts of speech."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from albert_tf.evaluation.class_rows import class_rows
from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True)
class WordTagReport(Score):
    """How many words have the right tag.

    Attributes:
        accuracy: share of the words whose tag is right.
        macro_f1: mean F1 of the tags that are there.
        tags: precision, recall, F1 and number of each.
        examples: how many texts there were.
    """

    accuracy: float
    macro_f1: float
    tags: dict[str, dict[str, float | int]]
    examples: int

    @property
    def figures(self):
        """Accuracy first."""
        return {"accuracy": self.accuracy, "macro_f1": self.macro_f1}

    @property
    def details(self):
        """The tags."""
        return self.tags


def evaluate_word_tags(
    truth: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]
) -> WordTagReport:
    """Compares the tags of words by scikit-learn's definitions.

    Args:
        truth: for each of B texts, the tags of its words; B at least 1.
        predicted: as many.
    """
    from sklearn import metrics

    true, found = (
        [tag for tags in side for tag in tags] for side in (truth, predicted)
    )
    names = sorted({*true, *found})
    scores = metrics.precision_recall_fscore_support(
        true, found, labels=names, average=None, zero_division=0
    )
    return WordTagReport(
        accuracy=float(metrics.accuracy_score(true, found)),
        macro_f1=float(scores[2].mean()),
        tags=class_rows(names, scores),
        examples=len(truth),
    )
