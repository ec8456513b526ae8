"""Multi-label classification: none, one or several labels for a text."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from albert_tf.data.labels import (
    are_numbers,
    find_numbers,
    unknown_label,
    warn_of_variants,
)
from albert_tf.data.readers import split_labels
from albert_tf.errors import UserError
from albert_tf.prediction import MultilabelPrediction
from albert_tf.tasks.graph_ranking import ranked
from albert_tf.tasks.task import Task, one_line


class Multilabel(Task):
    """Each label fits by itself or does not.

    Args:
        labels: the names of the C labels.
        thresholds: from which probability on each label is given, by its
            name; None for a half.
    """

    name = "multilabel"
    model_name = "AlbertMultilabelClassifier"
    figure = "micro_f1"
    graph_takes = ("texts", "pairs")

    def __init__(
        self,
        labels: Sequence[str],
        thresholds: Mapping[str, float] | None = None,
    ):
        self.labels = [*labels]
        self.thresholds = thresholds

    @classmethod
    def of_examples(cls, examples, labels=None):
        """The labels given, or those found in the examples."""
        found = sorted({label for one in examples for label in one.label})
        if labels:
            return cls(labels)
        if not found:
            raise UserError(f"none of the {len(examples)} examples has a label")
        warn_of_variants(found)
        return cls(find_numbers(found) if are_numbers(found) else found)

    @staticmethod
    def read_label(place, value):
        """A list of names, or names with commas between them."""
        return split_labels(place, value)

    def targets(self, examples, rows):
        """Zeros and ones, float32 [n, C]."""
        numbers = {label: i for i, label in enumerate(self.labels)}
        targets = np.zeros((len(examples), len(self.labels)), "float32")
        for index, example in enumerate(examples):
            for label in example.label:
                if label not in numbers:
                    path = getattr(examples, "path", None)
                    place = "" if path is None else f"{path}: "
                    mistake = unknown_label(index + 1, label, numbers)
                    raise UserError(place + mistake)
                targets[index, numbers[label]] = 1
        return targets

    def answers(self, outputs, rows, examples):
        """A `MultilabelPrediction` for each example."""
        return [
            MultilabelPrediction.from_logits(
                logits, self.labels, self.thresholds
            )
            for logits in outputs["logits"]
        ]

    def graph_answers(self, outputs, rows):
        """The parts of a `MultilabelPrediction`.

        `labels` has the names of `scores`, `chosen` those that are given,
        string [B, K], with empty ones behind them where others have more.
        """
        import tensorflow as tf

        logits = tf.cast(outputs["logits"], tf.float64)
        sigmoids = 0.5 * (1 + tf.tanh(0.5 * logits))
        thresholds = self.thresholds or {}
        least = [float(thresholds.get(x, 0.5)) for x in self.labels]
        least = tf.constant(least, tf.float64)
        scores, labels, least = ranked(sigmoids, self.labels, least)
        is_given = scores >= least
        return {
            "chosen": tf.ragged.boolean_mask(labels, is_given).to_tensor(),
            "labels": labels,
            "scores": tf.cast(scores, tf.float32),
        }

    def score(self, answers, examples):
        """A `MultilabelReport`."""
        from albert_tf.evaluation.multilabel import evaluate_multilabel

        self.targets(examples, None)  # tells labels that are not known
        return evaluate_multilabel(
            [example.label for example in examples],
            [answer.labels for answer in answers],
            self.labels,
            np.array([[one.scores[x] for x in self.labels] for one in answers]),
        )

    def same(self, answer, other):
        """The same labels."""
        return set(answer.labels) == set(other.labels)

    def to_text(self, answer, example):
        """Labels and text."""
        return f"{', '.join(answer.labels) or '-'}\t{one_line(example)}"

    def to_json(self, answer):
        """Labels, and the probabilities of all."""
        return dataclasses.asdict(answer)
