"""The scores of a classifier that may stop before the last layer."""

from __future__ import annotations

import dataclasses

from albert_tf.evaluation.classification_report import ClassificationReport
from albert_tf.evaluation.exits import Exit
from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True)
class ExitReport(Score):
    """How good the answers are, and how many layers they took.

    Attributes:
        classes: the scores of the answers.
        saved_layers: the mean share of layers that were not computed.
        curve: what each threshold would do; empty where only the last layer
            that was computed is known, as in a file.
        chosen: the temperatures, and the threshold that keeps the promise.
    """

    classes: ClassificationReport
    saved_layers: float
    curve: list[Exit]
    chosen: dict[str, object]

    @property
    def examples(self) -> int:
        """How many there were."""
        return self.classes.examples

    @property
    def figures(self):
        """Those of a classifier, and the share of layers that were saved."""
        return {**self.classes.figures, "saved_layers": self.saved_layers}

    @property
    def details(self):
        """The classes."""
        return self.classes.details

    @property
    def settings(self):
        """What was chosen."""
        return self.chosen

    def to_dict(self):
        """The same with the curve, ready for JSON."""
        curve = [dataclasses.asdict(one) for one in self.curve]
        return {**super().to_dict(), "curve": curve}
