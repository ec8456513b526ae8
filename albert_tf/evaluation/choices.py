"""How often the right choice is taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from albert_tf.evaluation.score import Score


@dataclasses.dataclass(frozen=True)
class ChoiceReport(Score):
    """The share of right choices.

    Attributes:
        accuracy: of all.
        groups: accuracy and number of examples of each part of the data, such
            as RACE's "middle" and "high".
        examples: how many there were.
    """

    accuracy: float
    groups: Mapping[str, Mapping[str, float | int]]
    examples: int

    @property
    def figures(self):
        """The accuracy."""
        return {"accuracy": self.accuracy}

    @property
    def details(self):
        """Those of the parts."""
        return {name: {**part} for name, part in self.groups.items()}


def evaluate_choices(
    answers: Sequence[str], truth: Sequence[str], groups: Sequence[str]
) -> ChoiceReport:
    """Compares letters.

    Args:
        answers: n, at least one.
        truth: n.
        groups: the part that each is of, "" for none.
    """
    right = [a == b for a, b in zip(answers, truth, strict=True)]
    parts = {
        name: [
            ok for ok, group in zip(right, groups, strict=True) if group == name
        ]
        for name in sorted({*groups} - {""})
    }
    details = {
        name: {"accuracy": sum(part) / len(part), "examples": len(part)}
        for name, part in parts.items()
    }
    return ChoiceReport(sum(right) / len(right), details, len(right))
