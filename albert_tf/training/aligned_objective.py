"""Pre-training that also predicts tokens from their neighbours."""

from __future__ import annotations

from albert_tf.errors import UserError
from albert_tf.models.aligned_states import aligned_states, unmasked
from albert_tf.training.objective import Objective


class AlignedObjective:
    """An objective of pre-training, and the aligned representation beside it.

    The text before it was masked is read once more, so that no position sees
    its own token (see `aligned_states`), and the masked-LM head predicts the
    tokens that the masked LM predicts.

    Args:
        beside: what is learned as well.
        weight: how much the loss counts beside the other's.

    Raises:
        UserError: if layers attend to the one before, which knows all tokens.
    """

    def __init__(self, beside: Objective, weight: float):
        self.model = beside.model
        if self.model.config.cross_layer_attention:
            raise UserError(
                "aligned_weight does not go with cross_layer_attention=True: "
                "a layer would see its own token in what the one before read"
            )
        self.sum_names = (*beside.sum_names, "aligned_nll", "aligned_correct")
        self._beside, self._weight = beside, weight

    def counts(self, batch):
        """How many predictions and examples there are."""
        return self._beside.counts(batch)

    def sums(self, batch, training):
        """Those of the other objective and of this."""
        inputs, targets = batch
        model = self.model
        text = {**inputs, "token_ids": unmasked(inputs, targets)}
        logits = model.masked_lm_head(
            aligned_states(model.encoder, text, training),
            inputs["masked_positions"],
            embedding=model.encoder.embedding,
        )
        own = model.masked_lm_sums(logits, targets)
        return {
            **self._beside.sums(batch, training),
            "aligned_nll": own["masked_lm_nll"],
            "aligned_correct": own["masked_lm_correct"],
        }

    def loss(self, sums, counts):
        """The other loss, and a weighted mean over predictions."""
        own = sums["aligned_nll"] / (counts["predictions"] + 1e-5)
        return self._beside.loss(sums, counts) + self._weight * own

    def results(self, sums):
        """The other results, `aligned_loss` and `aligned_accuracy`."""
        results = self._beside.results(sums)
        predictions = max(sums["predictions"], 1.0)
        own = sums["aligned_nll"] / predictions
        return {
            **results,
            "aligned_loss": own,
            "aligned_accuracy": sums["aligned_correct"] / predictions,
            "loss": results["loss"] + self._weight * own,
        }

    def describe(self, results):
        """The results for a line on the screen."""
        said = self._beside.describe(results)
        return f"{said}  aligned {results['aligned_loss']:.3f}"
