"""What a student has to learn of its teacher."""

from __future__ import annotations

import tensorflow as tf

from albert_tf.models.distiller import Distiller


class DistillationObjective:
    """The distances of a `Distiller`, an `Objective`.

    Its batches are `AlignedText.features`.

    Args:
        model: the distiller.
        layers: how much the inner layers count in the loss.
        last: how much the last layer counts.
        sentence: how much the sentence vectors count.
        attention: how much the attention counts, if the model compares it.
    """

    def __init__(
        self,
        model: Distiller,
        layers: float,
        last: float,
        sentence: float,
        attention: float = 0.0,
    ):
        self.model = model
        self._weights = {"layers": layers, "last": last, "sentence": sentence}
        if model.attention:
            self._weights["attention"] = attention
        self.sum_names = (*self._weights, "units", "sentences")

    def counts(self, batch):
        """How many units and sentences there are."""
        return self.model.counts(batch)

    def sums(self, batch, training):
        """See `Distiller.call`; there is no dropout."""
        return self.model(batch)

    def loss(self, sums, counts):
        """The mean distances, by their weights."""
        return sum(
            weight * sums[name] / tf.maximum(counts[_UNIT[name]], 1)
            for name, weight in self._weights.items()
        )

    def results(self, sums):
        """The mean distances."""
        results = {
            f"{name}_distance": sums[name] / max(sums[_UNIT[name]], 1)
            for name in self._weights
        }
        results["loss"] = sum(
            weight * results[f"{name}_distance"]
            for name, weight in self._weights.items()
        )
        return results

    def describe(self, results):
        """The results for a line on the screen."""
        text = (
            f"layers {results['layers_distance']:.4f}  "
            f"last {results['last_distance']:.4f}  "
            f"sentence {results['sentence_distance']:.4f}"
        )
        if "attention_distance" in results:
            text += f"  attention {results['attention_distance']:.4f}"
        if "spearman" in results:
            text += f"  Spearman {results['spearman']:.2%}"
        return text


# Of what each distance is the mean.
_UNIT = {
    "layers": "units",
    "last": "units",
    "sentence": "sentences",
    "attention": "units",
}
