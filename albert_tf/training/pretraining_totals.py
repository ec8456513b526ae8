"""What steps of pre-training add up to."""

from __future__ import annotations

import tensorflow as tf

NAMES = (
    "masked_lm_nll",
    "masked_lm_correct",
    "predictions",
    "sentence_order_nll",
    "sentence_order_correct",
    "examples",
    "stops",
)


class PretrainingTotals:
    """Sums over steps, kept on the devices until somebody asks.

    Args:
        strategy: of the replicas whose sums are added.
    """

    def __init__(self, strategy: tf.distribute.Strategy):
        self._strategy = strategy
        with strategy.scope():
            self._sums = tf.Variable(tf.zeros(len(NAMES)), trainable=False)

    def reset(self) -> None:
        """Begins again at 0."""
        self._sums.assign(tf.zeros_like(self._sums))

    def add(self, sums) -> None:
        """Adds what `as_vector` made on each replica."""
        self._sums.assign_add(
            self._strategy.reduce(tf.distribute.ReduceOp.SUM, sums, axis=None)
        )

    def stops(self) -> float:
        """How often a replica was asked to stop."""
        return float(self._sums[-1])

    def results(self) -> dict[str, float]:
        """Losses and accuracies."""
        sums = dict(zip(NAMES, self._sums.numpy().tolist(), strict=True))
        predictions = max(sums["predictions"], 1.0)
        examples = max(sums["examples"], 1.0)
        results = {
            "masked_lm_loss": sums["masked_lm_nll"] / predictions,
            "masked_lm_accuracy": sums["masked_lm_correct"] / predictions,
            "sentence_order_loss": sums["sentence_order_nll"] / examples,
            "sentence_order_accuracy": sums["sentence_order_correct"]
            / examples,
        }
        results["loss"] = (
            results["masked_lm_loss"] + results["sentence_order_loss"]
        )
        return results


def as_vector(sums: dict, stop=0.0):
    """The sums of a replica, float32 [7], as `PretrainingTotals` adds them.

    Args:
        sums: of `AlbertPretrainer.pretraining_sums`.
        stop: 1 where the replica was asked to stop.
    """
    zero = tf.constant(0.0)
    sums = {**sums, "stops": stop}
    return tf.stack([sums.get(name, zero) for name in NAMES])
