"""The model that is pre-trained."""

import keras
from keras import ops

from albert_tf.checkpoints import Head, HeadLayer
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError, require
from albert_tf.layers.albert_layer import initializer
from albert_tf.layers.masked_language_model_head import (
    MaskedLanguageModelHead,
)
from albert_tf.models.mean_loss import mean_loss
from albert_tf.models.task_model import TaskModel


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertPretrainer(TaskModel):
    """Masked language model and sentence order, as in paper section 3.1.

    Or the next sentence in place of the order, as BERT learns it.

    Args:
        config: the model's sizes and rates.
        sentence_order: whether there is the second task, with pooler and head.
        preprocessor: a `TextPreprocessor` to save beside the weights, or None.
        rematerialize: see `SharedEncoder`.
        next_sentence: whether the second task is BERT's; only where
            `sentence_order` is false.
        **kwargs: `name` and `dtype`.

    Raises:
        UserError: if both second tasks are asked for.
    """

    head = Head(
        "AlbertPretrainer",
        huggingface=("AlbertForPreTraining", "AlbertForMaskedLM"),
        layers=[
            HeadLayer(
                "masked_lm_head/transform",
                "dense",
                "predictions.dense",
                tf1="cls/predictions/transform/dense",
            ),
            HeadLayer(
                "masked_lm_head/layer_norm",
                "layer_norm",
                "predictions.LayerNorm",
                tf1="cls/predictions/transform/LayerNorm",
            ),
            HeadLayer(
                "masked_lm_head",
                "output_bias",
                "predictions",
                tf1="cls/predictions/",
            ),
            HeadLayer(
                "sentence_order_head",
                "output",
                "sop_classifier.classifier",
                tf1="cls/seq_relationship/",
                argument="sentence_order",
            ),
            HeadLayer(
                "next_sentence_head",
                "output",
                "cls.seq_relationship",  # as BERT has it
                argument="next_sentence",
                is_of_class=False,
            ),
        ],
    )

    token_outputs = ("sequence_output",)
    further_inputs = ("masked_positions",)

    def __init__(
        self,
        config: AlbertConfig,
        sentence_order: bool = True,
        preprocessor=None,
        rematerialize: bool = False,
        next_sentence: bool = False,
        **kwargs,
    ):
        require(
            not (sentence_order and next_sentence),
            "needs sentence_order=False: a model learns one of the two",
            next_sentence=next_sentence,
        )
        super().__init__(
            config,
            preprocessor=preprocessor,
            rematerialize=rematerialize,
            pooled=sentence_order or next_sentence,
            **kwargs,
        )
        self.masked_lm_head = MaskedLanguageModelHead(
            config, dtype=self.dtype_policy, name="masked_lm_head"
        )
        self.sentence_order_head = self.next_sentence_head = None
        if sentence_order:
            self.sentence_order_head = self._pair_head("sentence_order_head")
        if next_sentence:
            self.next_sentence_head = self._pair_head("next_sentence_head")
        self._make_weights()

    def _pair_head(self, name: str) -> keras.layers.Dense:
        return keras.layers.Dense(
            2,
            kernel_initializer=initializer(self.config),
            dtype=self.dtype_policy,
            name=name,
        )

    @property
    def second_task(self) -> str | None:
        """Its name, "sentence_order" or "next_sentence"; None for none."""
        if self.sentence_order_head is not None:
            return "sentence_order"
        return None if self.next_sentence_head is None else "next_sentence"

    def build(self, input_shape=None):
        """Makes all weights at once; no input is needed."""
        if self.built:
            return
        self.masked_lm_head.build()
        for head in (self.sentence_order_head, self.next_sentence_head):
            if head is not None:
                head.build((None, self.config.output_size))
        self.built = True

    def call(self, inputs, training=False, loop=False):
        """Scores masked tokens and how the two segments belong together.

        Args:
            inputs: the encoder's inputs and `masked_positions`, int32 [B, P].
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `masked_lm_logits`, float32 [B, P, V]; if there is that head
            `sentence_order_logits`, float32 [B, 2], whose class 0 is "in
            order", 1 "swapped", or `next_sentence_logits`, float32 [B, 2],
            "next" and "random"; and the encoder's outputs.
        """
        outputs = self.encoder(inputs, training=training, loop=loop)
        scores = self.score(outputs, inputs["masked_positions"])
        return {**outputs, **scores}

    def score(self, outputs, positions) -> dict:
        """Scores what the encoder gave, or one of its layers.

        Args:
            outputs: `sequence_output` [B, L, H] and, if there is a pooler,
                `pooled_output` [B, H].
            positions: masked ones, int32 [B, P].

        Returns:
            `masked_lm_logits`, and those of the second task if there is one,
            see `call`.
        """
        scores = {
            "masked_lm_logits": self.masked_lm_head(
                outputs["sequence_output"],
                positions,
                embedding=self.encoder.embedding,
            )
        }
        for name, head in (
            ("sentence_order_logits", self.sentence_order_head),
            ("next_sentence_logits", self.next_sentence_head),
        ):
            if head is not None:
                logits = head(outputs["pooled_output"])
                scores[name] = ops.cast(logits, "float32")
        return scores

    def pretraining_losses(self, outputs, targets) -> dict:
        """The two losses (official run_pretraining.py).

        Args:
            outputs: what `call` returned.
            targets: `masked_lm_ids`, int [B, P]; `masked_lm_weights`, float
                [B, P], 0 where a position is filler; `sentence_order_labels`,
                int [B], those of the second task, whichever it is; and
                perhaps `example_weights`, float [B], 0 where an example is
                filler.

        Returns:
            `masked_lm_loss`, the weighted mean over all positions of the
            batch, and, if there is a second task, `sentence_order_loss`, that
            over all examples; scalars.
        """
        sums = self.pretraining_sums(outputs, targets)
        losses = {
            # The small number keeps a batch without predictions finite.
            "masked_lm_loss": sums["masked_lm_nll"]
            / (sums["predictions"] + 1e-5),
        }
        if self.second_task is not None:
            # All examples may be filler, with weights that sum up to 0.
            losses["sentence_order_loss"] = sums[
                "sentence_order_nll"
            ] / ops.maximum(sums["examples"], 1e-5)
        return losses

    def pretraining_sums(self, outputs, targets) -> dict:
        """Sums over a batch, from which losses and accuracies are made.

        Args:
            outputs: what `call` returned.
            targets: as in `pretraining_losses`.

        Returns:
            Scalars: `masked_lm_nll`, `masked_lm_correct` and `predictions`,
            their number; `examples`; if there is a second task,
            `sentence_order_nll` and `sentence_order_correct`.
        """
        sums = self.masked_lm_sums(outputs["masked_lm_logits"], targets)
        labels = targets["sentence_order_labels"]
        weights = targets.get("example_weights")
        if weights is None:
            weights = ops.ones(ops.shape(labels), "float32")
        sums["examples"] = ops.sum(weights)
        if self.second_task is not None:
            nll, correct = _score(outputs[f"{self.second_task}_logits"], labels)
            sums["sentence_order_nll"] = ops.sum(weights * nll)
            sums["sentence_order_correct"] = ops.sum(weights * correct)
        return sums

    def masked_lm_sums(self, logits, targets) -> dict:
        """The sums of masked LM alone.

        Args:
            logits: float32 [B, P, V].
            targets: as in `pretraining_losses`.

        Returns:
            `masked_lm_nll`, `masked_lm_correct` and `predictions`, scalars.
        """
        weights = ops.cast(targets["masked_lm_weights"], "float32")
        nll, correct = _score(logits, targets["masked_lm_ids"])
        return {
            "masked_lm_nll": ops.sum(weights * nll),
            "masked_lm_correct": ops.sum(weights * correct),
            "predictions": ops.sum(weights),
        }

    def scored_outputs(self, outputs):
        """All of them; there are no metrics but the loss."""
        return outputs

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The sum of the losses, for `fit`; `pretrain` has a way of its own.

        With a `sample_weight`, [B], both are means by these weights.
        """
        if sample_weight is not None:
            y = _weighted(y, sample_weight)
        return mean_loss(sum(self.pretraining_losses(y_pred, y).values()))

    def _batches(self, texts, *args, **kwargs):
        raise UserError(
            "AlbertPretrainer learns from the examples that `albert-tf "
            "prepare` makes of text, and takes no text itself"
        )

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        return {
            **super().get_config(),
            "sentence_order": self.second_task == "sentence_order",
            "next_sentence": self.second_task == "next_sentence",
        }


def _score(logits, ids):
    """Negative log-likelihood of the right class, and whether it is first."""
    nll = ops.sparse_categorical_crossentropy(ids, logits, from_logits=True)
    predicted = ops.cast(ops.argmax(logits, axis=-1), ids.dtype)
    return nll, ops.cast(predicted == ids, "float32")


def _weighted(targets: dict, weights) -> dict:
    """Targets whose examples count as the weights say.

    Args:
        targets: as in `pretraining_losses`.
        weights: [B] or [B, 1]; or one such for each target, by name, as Keras
            makes of an array.
    """
    if isinstance(weights, dict):
        weights = weights["sentence_order_labels"]
    weights = ops.reshape(ops.cast(weights, "float32"), (-1,))
    masked = ops.cast(targets["masked_lm_weights"], "float32")
    examples = targets.get("example_weights", 1.0)
    return {
        **targets,
        "masked_lm_weights": masked * weights[:, None],
        "example_weights": examples * weights,
    }
