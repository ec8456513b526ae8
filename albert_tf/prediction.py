"""What models say of one text."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence


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
        scores = _sorted([e / total for e in exponentials], labels)
        label, score = next(iter(scores.items()))
        return cls(label, score, scores)


@dataclasses.dataclass(frozen=True)
class MultilabelPrediction:
    """The labels that fit and the probabilities of all.

    Attributes:
        labels: those whose probability is at least their threshold, highest
            first.
        scores: every label's probability, highest first.
    """

    labels: list[str]
    scores: dict[str, float]

    @classmethod
    def from_logits(
        cls,
        logits: Sequence[float],
        labels: Sequence[str],
        thresholds: Mapping[str, float] | None = None,
    ) -> MultilabelPrediction:
        """The sigmoid of each of one example's logits, [C].

        Without `thresholds` those of a half at least are given.
        """
        sigmoids = [0.5 * (1 + math.tanh(0.5 * logit)) for logit in logits]
        scores = _sorted(sigmoids, labels)
        thresholds = thresholds or {}
        given = [x for x, p in scores.items() if p >= thresholds.get(x, 0.5)]
        return cls(given, scores)


@dataclasses.dataclass(frozen=True)
class MaskPrediction:
    """What a masked language model says of a text.

    Attributes:
        candidates: for each mask the likeliest words, highest first, with
            their probabilities.
        perplexity: of a text without masks; None where there are some.
    """

    candidates: list[dict[str, float]]
    perplexity: float | None

    @property
    def words(self) -> list[str]:
        """The likeliest word for each mask."""
        return [next(iter(words)) for words in self.candidates]


def _sorted(scores: Sequence[float], labels: Sequence[str]) -> dict[str, float]:
    pairs = sorted(zip(scores, labels, strict=True), key=lambda pair: -pair[0])
    return {label: float(score) for score, label in pairs}
