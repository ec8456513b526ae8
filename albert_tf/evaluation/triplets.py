"""How often of two texts the right one is nearer."""

from __future__ import annotations

import dataclasses

from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True)
class TripletReport(Score):
    """How often the partner of a text is nearer to it than another text.

    Attributes:
        accuracy: the share of triplets; equally near is wrong.
        examples: how many there were.
    """

    accuracy: float
    examples: int

    @property
    def figures(self):
        """The share."""
        return {"accuracy": self.accuracy}
