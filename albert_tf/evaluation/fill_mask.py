"""The score of words that were guessed behind masks."""

from __future__ import annotations

import dataclasses

from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True)
class FillMaskReport(Score):
    """How often the likeliest word was the right one.

    Attributes:
        accuracy: share of the masks.
        examples: how many masks there were.
    """

    accuracy: float
    examples: int

    @property
    def figures(self):
        """The accuracy."""
        return {"accuracy": self.accuracy}
