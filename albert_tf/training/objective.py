"""What a run learns, as its trainer and its monitor see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import keras


class Objective(Protocol):
    """A loss that is a sum over many things, divided by how many they are.

    So it does not matter how a batch is divided among devices or parts.

    Attributes:
        model: what is trained.
        sum_names: the names of all `sums`.
    """

    model: keras.Model
    sum_names: tuple[str, ...]

    def counts(self, batch: Any) -> dict[str, Any]:
        """How many things there are of each kind in a batch, scalars."""

    def sums(self, batch: Any, training: bool) -> dict[str, Any]:
        """Sums of losses and of anything else to be told, scalars."""

    def loss(self, sums: Mapping[str, Any], counts: Mapping[str, Any]) -> Any:
        """The loss, a scalar.

        Args:
            sums: of a part of a batch.
            counts: of the whole batch.
        """

    def results(self, sums: Mapping[str, float]) -> dict[str, float]:
        """What the sums of many batches amount to; `loss` is among them."""

    def describe(self, results: Mapping[str, float]) -> str:
        """The results for a line on the screen."""
