"""Pre-training of all depths at once."""

from __future__ import annotations

from collections.abc import Sequence

from albert_tf.errors import require
from albert_tf.models.layer_scores import layer_scores
from albert_tf.models.pretrainer import AlbertPretrainer
from albert_tf.training.pretraining_objective import PretrainingObjective


class CrossLevelObjective(PretrainingObjective):
    """The losses of pre-training after several layers, by the same heads.

    One model then serves every depth. The results of the last layer have
    their plain names, those of another begin with "layer_3_".

    Args:
        model: what is trained.
        layers: after which the losses are taken, counted from 1, in their
            order; the last one is N, which tasks read.
        weights: how much each counts; only their ratios matter. None for the
            layers' numbers, as in early exit (Zhou et al., 2020).

    Raises:
        UserError: if the last of the layers is not the model's.
    """

    def __init__(
        self,
        model: AlbertPretrainer,
        layers: Sequence[int],
        weights: Sequence[float] | None = None,
    ):
        super().__init__(model)
        depth = model.config.num_hidden_layers
        require(
            layers[-1] == depth,
            f"must end with num_hidden_layers={depth}, the layer that tasks "
            "read; it may have a weight of 0",
            loss_layers=list(layers),
        )
        weights = weights or layers
        self._layers = list(layers)
        self._weights = [weight / sum(weights) for weight in weights]
        self._prefixes = [f"layer_{n}_" for n in layers[:-1]] + [""]
        plain = PretrainingObjective.sum_names
        self.sum_names = tuple(p + n for p in self._prefixes for n in plain)

    def sums(self, batch, training):
        """Those of `AlbertPretrainer.pretraining_sums` after each layer."""
        inputs, targets = batch
        scores = layer_scores(self.model, inputs, self._layers, training)
        sums = {}
        for prefix, outputs in zip(self._prefixes, scores, strict=True):
            own = self.model.pretraining_sums(outputs, targets)
            sums |= {prefix + name: value for name, value in own.items()}
        return sums

    def loss(self, sums, counts):
        """The weighted mean of the losses after the layers."""
        plain = super().loss
        return self._mean(plain(own, counts) for own in self._by_layer(sums))

    def results(self, sums):
        """Those after each layer; `loss` is the weighted mean."""
        plain = super().results
        found = [plain(own) for own in self._by_layer(sums)]
        results = {
            prefix + name: value
            for prefix, own in zip(self._prefixes, found, strict=True)
            for name, value in own.items()
        }
        return {**results, "loss": self._mean(own["loss"] for own in found)}

    def describe(self, results):
        """The results for a line on the screen."""
        early = (
            f"  layer {n} {results[f'layer_{n}_masked_lm_loss']:.3f}"
            for n in self._layers[:-1]
        )
        return super().describe(results) + "".join(early)

    def _by_layer(self, sums):
        """The sums of each layer under their plain names."""
        for prefix in self._prefixes:
            yield {
                name: sums[prefix + name]
                for name in PretrainingObjective.sum_names
                if prefix + name in sums
            }

    def _mean(self, losses):
        pairs = zip(self._weights, losses, strict=True)
        return sum(weight * loss for weight, loss in pairs)
