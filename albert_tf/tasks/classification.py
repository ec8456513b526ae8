"""Classification: one label for a text, or for a pair of texts."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from albert_tf.data.labels import find_labels, label_ids
from albert_tf.prediction import Prediction
from albert_tf.tasks.graph_ranking import ranked
from albert_tf.tasks.task import Task, one_line


class Classification(Task):
    """One of several labels.

    Args:
        labels: the names of the C classes.
    """

    name = "classification"
    model_name = "AlbertClassifier"
    figure = "accuracy"
    balanced_figure = "balanced_accuracy"
    has_picture = True
    baseline_name = "TF-IDF with logistic regression"
    graph_takes = ("texts", "pairs")

    def __init__(self, labels: Sequence[str]):
        self.labels = [*labels]

    @classmethod
    def of_examples(cls, examples, labels=None):
        """The labels given, or those found in the examples."""
        return cls(labels or find_labels(examples))

    def targets(self, examples, rows):
        """Class numbers, int32 [n]."""
        return self._numbers(examples)

    def _numbers(self, examples) -> np.ndarray:
        path = getattr(examples, "path", None)
        return label_ids(examples, self.labels, path)

    def balance(self, examples):
        """Weights with the same sum for each class, and a mean of 1."""
        ids = self._numbers(examples)
        counts = np.bincount(ids)
        weights = len(ids) / np.count_nonzero(counts) / counts[ids]
        return weights.astype("float32")

    def answers(self, outputs, rows, examples):
        """A `Prediction` for each example."""
        return [
            Prediction.from_logits(logits, self.labels)
            for logits in outputs["logits"]
        ]

    def graph_answers(self, outputs, rows):
        """The parts of a `Prediction`; `labels` has the names of `scores`."""
        import tensorflow as tf

        logits = tf.cast(outputs["logits"], tf.float64)
        scores, labels = ranked(tf.nn.softmax(logits), self.labels)
        return {
            "label": labels[:, 0],
            "score": tf.cast(scores[:, 0], tf.float32),
            "labels": labels,
            "scores": tf.cast(scores, tf.float32),
        }

    def score(self, answers, examples):
        """A `ClassificationReport`."""
        from albert_tf.evaluation.classification import evaluate_classification

        numbers = {label: i for i, label in enumerate(self.labels)}
        return evaluate_classification(
            self._numbers(examples),
            np.array([numbers[answer.label] for answer in answers]),
            self.labels,
        )

    def same(self, answer, other):
        """The same label."""
        return answer.label == other.label

    def to_text(self, answer, example):
        """Label, probability and text."""
        return f"{answer.label}\t{answer.score:.4f}\t{one_line(example)}"

    def to_json(self, answer):
        """Label, probability, and those of all labels."""
        return dataclasses.asdict(answer)

    def draw(self, score, path):
        """The confusion matrix."""
        from albert_tf.evaluation.confusion_plot import plot_confusion_matrix

        plot_confusion_matrix(score, path)

    def baseline(self, train, dev):
        """`figure` of logistic regression on TF-IDF."""
        from albert_tf.evaluation.baseline import tfidf_classes

        texts, dev_texts = (
            [f"{one.text} {one.pair or ''}" for one in part]
            for part in (train, dev)
        )
        found = tfidf_classes(texts, self._numbers(train), dev_texts)
        answers = [Prediction(self.labels[k], 1.0, {}) for k in found]
        return self.score(answers, dev).figures[self.figure]
