"""Evaluation of what is trained, on any number of devices."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from albert_tf.training.objective import Objective
from albert_tf.training.totals import Totals


class Evaluator:
    """The results of an objective on held-out text.

    Args:
        objective: what is evaluated.
        dataset: finite, of the objective's batches, distributed.
        strategy: how it is distributed.
    """

    def __init__(
        self, objective: Objective, dataset, strategy: tf.distribute.Strategy
    ):
        self._objective = objective
        self._dataset = dataset
        self._strategy = strategy
        self._step = tf.function(
            self._distributed_step, input_signature=[dataset.element_spec]
        )
        self._totals = Totals(objective.sum_names, strategy)

    def evaluate(
        self, tick: Callable[[], None] = lambda: None
    ) -> dict[str, float]:
        """Goes through all of it.

        Args:
            tick: is called after each batch.

        Returns:
            The objective's results.
        """
        self._totals.reset()
        for batch in self._dataset:
            self._step(batch)
            tick()
        return self._objective.results(self._totals.sums())

    def _distributed_step(self, batch):
        self._totals.add(self._strategy.run(self._replica_step, args=(batch,)))

    def _replica_step(self, batch):
        return self._totals.vector(self._objective.sums(batch, training=False))
