"""Extractive question answering."""

from __future__ import annotations

import keras
from keras import ops

from albert_tf.checkpoints import Head, HeadLayer
from albert_tf.layers.albert_layer import initializer
from albert_tf.models.answer_model import AnswerModel
from albert_tf.models.soft_output import SoftOutput


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertQuestionAnswerer(AnswerModel):
    """Where in a passage the answer to a question starts and ends.

    An answer that starts and ends at `[CLS]` is none (SQuAD 2.0 as in the
    BERT paper).

    Args:
        *args: those of `AnswerModel`.
        **kwargs: those of `AnswerModel`.

    Raises:
        UserError: if a setting is something else.
    """

    head = Head(
        "AlbertQuestionAnswerer",
        huggingface=("AlbertForQuestionAnswering",),
        layers=[HeadLayer("span_logits", "output", "qa_outputs", "cls/squad/")],
    )
    token_outputs = ("start_logits", "end_logits")
    soft_outputs = {"start_logits": SoftOutput(), "end_logits": SoftOutput()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.span_logits = keras.layers.Dense(
            2,
            kernel_initializer=initializer(self.config),
            dtype=self.dtype_policy,
            name="span_logits",
        )
        self._make_weights()

    def build(self, input_shape=None):
        """Makes all weights at once; no input is needed."""
        if self.built:
            return
        self.span_logits.build((None, None, self.config.output_size))
        self.built = True

    def call(self, inputs, training=False, loop=False):
        """Scores every token as start and as end.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, L].
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `start_logits` and `end_logits`, float32 [B, L].
        """
        outputs = self.encoder(inputs, training=training, loop=loop)
        logits = ops.cast(
            self.span_logits(outputs["sequence_output"]), "float32"
        )
        return {"start_logits": logits[..., 0], "end_logits": logits[..., 1]}

    def scored_outputs(self, outputs):
        """Both, by the names of their targets."""
        return {
            "start_positions": outputs["start_logits"],
            "end_positions": outputs["end_logits"],
        }

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The mean of both cross-entropies, see `answer_loss`.

        Args:
            x: not used.
            y: the targets, see `AnswerModel`.
            y_pred: what `call` returned.
            sample_weight: see `answer_loss`.
            training: not used.

        Returns:
            A scalar.
        """
        return self.answer_loss(y, self.scored_outputs(y_pred), sample_weight)
