"""Classification that stops at the layer where the answer is sure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from albert_tf.evaluation.exits import (
    choose_threshold,
    exit_curve,
    fit_temperatures,
    needed_layers,
    sureness,
)
from albert_tf.prediction import Prediction
from albert_tf.tasks.classification import Classification
from albert_tf.tasks.task import one_line

# The share of the answers that may be others than with all layers.
PROMISE = 0.01


@dataclasses.dataclass(frozen=True)
class ExitPrediction(Prediction):
    """A prediction, and what it took.

    Attributes:
        saved_layers: the share of layers that were not computed.
        layer_logits: of all layers, float [N, C]; None where they are not
            known.
    """

    saved_layers: float
    layer_logits: np.ndarray | None = dataclasses.field(
        default=None, repr=False, compare=False
    )


class EarlyExit(Classification):
    """One of several labels, by as few layers as its text needs.

    Dev examples choose the threshold: the lowest for which, with 95 %
    confidence, at most one answer of a hundred is another than with all
    layers.

    Args:
        labels: the names of the C classes.
        exit_rule: see `AlbertEarlyExitClassifier`, as all others.
        exit_threshold: where to stop; None for nowhere.
        temperatures: of the layers.
    """

    name = "early_exit"
    model_name = "AlbertEarlyExitClassifier"

    def __init__(
        self,
        labels: Sequence[str],
        exit_rule: str = "confidence",
        exit_threshold: float | None = None,
        temperatures: Sequence[float] | None = None,
    ):
        super().__init__(labels)
        self.exit_rule = exit_rule
        self.exit_threshold = exit_threshold
        self.temperatures = temperatures

    def answers(self, outputs, rows, examples):
        """An `ExitPrediction` for each example."""
        if "saved_layers" in outputs:  # a file, which has stopped there
            pairs = zip(outputs["logits"], outputs["saved_layers"], strict=True)
            return [self._answer(one, float(saved)) for one, saved in pairs]
        logits = np.stack(outputs["layer_logits"])
        layers = logits.shape[1]
        needed = needed_layers(self._sureness(logits), self.exit_threshold)
        return [
            self._answer(one[number - 1], 1 - int(number) / layers, one)
            for one, number in zip(logits, needed, strict=True)
        ]

    def _answer(self, logits, saved_layers, layer_logits=None):
        found = Prediction.from_logits(logits, self.labels)
        return ExitPrediction(
            found.label,
            found.score,
            found.scores,
            saved_layers,
            layer_logits,
        )

    def _sureness(self, logits):
        return sureness(logits, self.exit_rule, self.temperatures)

    def score(self, answers, examples):
        """An `ExitReport`."""
        from albert_tf.evaluation.exit_report import ExitReport

        classes = super().score(answers, examples)
        saved = float(np.mean([one.saved_layers for one in answers]))
        if any(one.layer_logits is None for one in answers):
            return ExitReport(classes, saved, [], {})
        logits = np.stack([one.layer_logits for one in answers])
        truth = self._numbers(examples)
        settings = self._choose(logits, truth)
        sure = sureness(logits, self.exit_rule, settings["temperatures"])
        return ExitReport(
            classes, saved, exit_curve(logits, sure, truth), settings
        )

    def _choose(self, logits, truth) -> dict:
        """Temperatures by one half of the examples, a threshold by the other.

        What was fitted to the same examples would promise too much of them.
        """
        temperatures = None
        fitted, tested = slice(0, None, 2), slice(1, None, 2)
        if self.exit_rule == "confidence":
            temperatures = fit_temperatures(logits[fitted], truth[fitted])
        else:  # nothing is fitted
            tested = slice(None)
        sure = sureness(logits[tested], self.exit_rule, temperatures)
        return {
            "temperatures": temperatures,
            "exit_threshold": choose_threshold(logits[tested], sure, PROMISE),
        }

    def difference(self, outputs, others):
        """Of the probabilities, where the same layers were computed."""
        answers = zip(
            self.answers(outputs, None, None),
            self.answers(others, None, None),
            strict=True,
        )
        return max(
            (
                abs(one.scores[label] - other.scores[label])
                for one, other in answers
                if round(one.saved_layers - other.saved_layers, 3) == 0
                for label in self.labels
            ),
            default=0.0,
        )

    def to_text(self, answer, example):
        """Label, probability, the share of layers saved, and text."""
        return (
            f"{answer.label}\t{answer.score:.4f}\t"
            f"-{answer.saved_layers:.0%}\t{one_line(example)}"
        )

    def to_json(self, answer):
        """Label, probability, those of all labels, and layers saved."""
        return {
            "label": answer.label,
            "score": answer.score,
            "scores": answer.scores,
            "saved_layers": answer.saved_layers,
        }

    def draw(self, score, path):
        """Right answers against layers, or the confusion matrix of a file."""
        from albert_tf.evaluation.exit_plot import plot_exits

        if score.curve:
            plot_exits(score, path)
        else:
            super().draw(score.classes, path)

    def baseline(self, train, dev):
        """Of logistic regression on TF-IDF."""
        return Classification(self.labels).baseline(train, dev)
