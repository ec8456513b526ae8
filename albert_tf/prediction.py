"""What a classifier says of one text."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Prediction:
    """The most likely label and the probabilities of all.

    Attributes:
        label: the label with the highest probability.
        score: its probability.
        scores: every label's probability, highest first.
    """

    label: str
    score: float
    scores: dict[str, float]

    @classmethod
    def from_logits(
        cls, logits: Sequence[float], labels: Sequence[str]
    ) -> Prediction:
        """Softmax over one example's logits, [C]."""
        highest = max(logits)
        exponentials = [math.exp(logit - highest) for logit in logits]
        total = sum(exponentials)
        scores = sorted(
            (
                (e / total, label)
                for e, label in zip(exponentials, labels, strict=True)
            ),
            key=lambda pair: -pair[0],
        )
        score, label = scores[0]
        return cls(label, score, {label: score for score, label in scores})
