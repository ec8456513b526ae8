"""What every score can say of itself."""

from __future__ import annotations

import abc
from typing import Any


class Score(abc.ABC):
    """How good answers are.

    Attributes:
        figures: the numbers over all examples by name; more is better.
        details: the numbers of each class, or other part, by its name.
        settings: values of the task's settings that these examples would
            choose, such as a threshold.
        examples: how many there were.
    """

    examples: int

    @property
    @abc.abstractmethod
    def figures(self) -> dict[str, float]:
        """See above."""

    @property
    def details(self) -> dict[str, dict[str, float | int]]:
        """See above."""
        return {}

    @property
    def settings(self) -> dict[str, Any]:
        """See above."""
        return {}

    def to_dict(self) -> dict:
        """The same, ready for JSON."""
        values = {**self.figures, "examples": self.examples}
        if self.settings:
            values["settings"] = self.settings
        if self.details:
            values["classes"] = self.details
        return values
