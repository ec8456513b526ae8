"""Regression: a number for a text, or for a pair of texts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from albert_tf.data.readers import number_label
from albert_tf.tasks.task import Task, one_line


class Regression(Task):
    """A number, such as the similarity of two sentences.

    Args:
        labels: the name of what is measured, one.
    """

    name = "regression"
    model_name = "AlbertRegressor"
    figure = "spearman"
    baseline_name = "TF-IDF with ridge regression"
    graph_takes = ("texts", "pairs")

    def __init__(self, labels: Sequence[str] = ("score",)):
        self.labels = [*labels]

    @classmethod
    def of_examples(cls, examples, labels=None):
        """A name for the number, if one is given."""
        return cls(labels or ("score",))

    @staticmethod
    def read_label(place, value):
        """A number."""
        return number_label(place, value)

    def targets(self, examples, rows):
        """The numbers, float32 [n, 1]."""
        return np.array([[example.label] for example in examples], "float32")

    def answers(self, outputs, rows, examples):
        """A float for each example."""
        return [float(logits[0]) for logits in outputs["logits"]]

    def graph_answers(self, outputs, rows):
        """`score`, float32 [B]."""
        return {"score": outputs["logits"][:, 0]}

    def score(self, answers, examples):
        """A `RegressionReport`."""
        from albert_tf.evaluation.regression import evaluate_regression

        return evaluate_regression(
            [example.label for example in examples], answers
        )

    def same(self, answer, other):
        """Numbers that differ by less than a tenth of their size, or 0.1."""
        return math.isclose(answer, other, rel_tol=0.1, abs_tol=0.1)

    def to_text(self, answer, example):
        """Number and text."""
        return f"{answer:.4f}\t{one_line(example)}"

    def to_json(self, answer):
        """The number by its name."""
        return {self.labels[0]: answer}

    def baseline(self, train, dev):
        """Of ridge regression on TF-IDF."""
        from albert_tf.evaluation.baseline import tfidf_numbers

        numbers = tfidf_numbers(
            [_texts(example) for example in train],
            np.array([example.label for example in train]),
            [_texts(example) for example in dev],
        )
        return self.score([*map(float, numbers)], dev).figures[self.figure]


def _texts(example) -> tuple[str, ...]:
    return tuple(t for t in (example.text, example.pair) if t is not None)
