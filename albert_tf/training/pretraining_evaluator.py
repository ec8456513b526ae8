"""Evaluation of a model that is pre-trained, on any number of devices."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from albert_tf.models.pretrainer import AlbertPretrainer
from albert_tf.training.pretraining_totals import PretrainingTotals, as_vector


class PretrainingEvaluator:
    """Losses and accuracies on held-out examples.

    Args:
        model: what is evaluated.
        dataset: of `PretrainingCorpus.all_batches`, distributed.
        strategy: how it is distributed.
    """

    def __init__(
        self,
        model: AlbertPretrainer,
        dataset,
        strategy: tf.distribute.Strategy,
    ):
        self._model = model
        self._dataset = dataset
        self._strategy = strategy
        self._step = tf.function(self._distributed_step)
        self._totals = PretrainingTotals(strategy)

    def evaluate(
        self, tick: Callable[[], None] = lambda: None
    ) -> dict[str, float]:
        """Goes through all examples.

        Args:
            tick: is called after each batch.

        Returns:
            Losses and accuracies.
        """
        self._totals.reset()
        for batch in self._dataset:
            self._step(batch)
            tick()
        return self._totals.results()

    def _distributed_step(self, batch):
        self._totals.add(self._strategy.run(self._replica_step, args=batch))

    def _replica_step(self, inputs, targets):
        outputs = self._model(inputs)
        return as_vector(self._model.pretraining_sums(outputs, targets))
