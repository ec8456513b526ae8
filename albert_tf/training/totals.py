"""What steps of a training add up to."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf


class Totals:
    """Sums over steps, kept on the devices until somebody asks.

    Args:
        names: of the sums.
        strategy: of the replicas whose sums are added.
    """

    def __init__(self, names: Sequence[str], strategy: tf.distribute.Strategy):
        self._names = (*names, "stops")
        self._strategy = strategy
        with strategy.scope():
            self._sums = tf.Variable(
                tf.zeros(len(self._names)), trainable=False
            )

    def reset(self) -> None:
        """Begins again at 0."""
        self._sums.assign(tf.zeros_like(self._sums))

    def vector(self, sums: dict, stop=0.0):
        """The sums of a replica, float32, as `add` takes them.

        Args:
            sums: scalars by name; what is not there is 0.
            stop: 1 where the replica was asked to stop.
        """
        zero = tf.constant(0.0)
        sums = {**sums, "stops": stop}
        return tf.stack([sums.get(name, zero) for name in self._names])

    def add(self, vectors) -> None:
        """Adds what `vector` made on each replica."""
        self._sums.assign_add(
            self._strategy.reduce(
                tf.distribute.ReduceOp.SUM, vectors, axis=None
            )
        )

    def stops(self) -> float:
        """How often a replica was asked to stop."""
        return float(self._sums[-1])

    def sums(self) -> dict[str, float]:
        """All sums by name."""
        return dict(zip(self._names, self._sums.numpy().tolist(), strict=True))
