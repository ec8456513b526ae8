"""Scores of commands: their intents, their slots, and both at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True)
class IntentSlotReport(Score):
    """How well commands were understood.

    Attributes:
        exact: share of the commands with the right intent and all slots right.
        intent_accuracy: share with the right intent.
        slots: the score of the slots alone.
        examples: how many commands there were.
    """

    exact: float
    intent_accuracy: float
    slots: Score
    examples: int

    @property
    def figures(self):
        """The whole first, then its parts."""
        name, figure = next(iter(self.slots.figures.items()))
        return {
            "exact": self.exact,
            "intent_accuracy": self.intent_accuracy,
            f"slot_{name}": figure,
        }

    @property
    def details(self):
        """Those of the slots."""
        return self.slots.details


def evaluate_intent_slots(
    intents: Sequence[str],
    found_intents: Sequence[str],
    tags: Sequence[Sequence[str]],
    found_tags: Sequence[Sequence[str]],
    slots: Score,
) -> IntentSlotReport:
    """Compares what was understood of B commands with the truth.

    Args:
        intents: the true ones.
        found_intents: as many.
        tags: for each command, those of its words.
        found_tags: as many.
        slots: the score of the tags.
    """
    right = [a == b for a, b in zip(intents, found_intents, strict=True)]
    same = [list(a) == list(b) for a, b in zip(tags, found_tags, strict=True)]
    both = [a and b for a, b in zip(right, same, strict=True)]
    return IntentSlotReport(
        sum(both) / len(both), sum(right) / len(right), slots, len(right)
    )
