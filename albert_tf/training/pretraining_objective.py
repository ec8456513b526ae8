"""Masked language model and sentence order (paper, section 3.1)."""

from __future__ import annotations

import math

import tensorflow as tf

from albert_tf.models.pretrainer import AlbertPretrainer


class PretrainingObjective:
    """The two losses of pre-training, an `Objective`.

    Its batches are those of `PretrainingCorpus`.

    Args:
        model: what is trained.
    """

    sum_names = (
        "masked_lm_nll",
        "masked_lm_correct",
        "predictions",
        "sentence_order_nll",
        "sentence_order_correct",
        "examples",
    )

    def __init__(self, model: AlbertPretrainer):
        self.model = model

    def counts(self, batch):
        """How many predictions and examples there are."""
        _, targets = batch
        return {
            "predictions": tf.reduce_sum(targets["masked_lm_weights"]),
            "examples": tf.reduce_sum(targets["example_weights"]),
        }

    def sums(self, batch, training):
        """See `AlbertPretrainer.pretraining_sums`."""
        inputs, targets = batch
        outputs = self.model(inputs, training=training)
        return self.model.pretraining_sums(outputs, targets)

    def loss(self, sums, counts):
        """The sum of both losses, each a mean."""
        loss = sums["masked_lm_nll"] / (counts["predictions"] + 1e-5)
        if "sentence_order_nll" in sums:
            loss += sums["sentence_order_nll"] / counts["examples"]
        return loss

    def results(self, sums):
        """Losses, accuracies and perplexity."""
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
        results["masked_lm_perplexity"] = math.exp(
            min(results["masked_lm_loss"], 700.0)
        )
        return results

    def describe(self, results):
        """The results for a line on the screen."""
        return (
            f"masked LM {results['masked_lm_loss']:.3f} "
            f"{results['masked_lm_accuracy']:.1%}  "
            f"order {results['sentence_order_accuracy']:.1%}"
        )
