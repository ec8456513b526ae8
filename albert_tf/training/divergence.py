"""Whether a loss only varies or rises for good."""

from __future__ import annotations

import math

# After so many steps the running mean has forgotten two thirds.
_STEPS = 100
# Of fewer steps it says nothing.
_ENOUGH = 20
# So much over its lowest, in nats, is no accident.
_RISE = 2.0


class Divergence:
    """Watches the running mean of a loss.

    Single steps of few examples differ by more than a model ever loses, so
    that no step is judged alone.

    Attributes:
        mean: of the last steps, the latest the most.
        lowest: the lowest mean so far; infinite until there were enough
            steps to tell.
    """

    def __init__(self):
        self.mean = self.lowest = math.inf
        self._sum = self._weight = 0.0
        self._steps = 0

    def add(self, steps: int, loss: float) -> None:
        """Takes the mean loss of some more steps."""
        kept = math.exp(-steps / _STEPS)
        self._sum = kept * self._sum + (1 - kept) * loss
        self._weight = kept * self._weight + (1 - kept)
        self.mean = self._sum / self._weight
        self._steps += steps
        if self._steps >= _ENOUGH:
            self.lowest = min(self.lowest, self.mean)

    @property
    def found(self) -> bool:
        """Whether the mean is far over its lowest."""
        return self.mean > self.lowest + _RISE
