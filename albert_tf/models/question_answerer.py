"""Extractive question answering."""

from __future__ import annotations

import keras
from keras import ops

from albert_tf.checkpoints import Head, HeadLayer
from albert_tf.config import AlbertConfig
from albert_tf.data.windows import check_answer_settings
from albert_tf.layers.albert_layer import initializer
from albert_tf.models.task_model import TaskModel


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertQuestionAnswerer(TaskModel):
    """Where in a passage the answer to a question starts and ends.

    The question is the first text of a pair, the passage the second; an
    answer that starts and ends at `[CLS]` is none (SQuAD 2.0 as in the BERT
    paper).

    Args:
        config: the model's sizes and rates.
        preprocessor: a `TextPreprocessor`, or None.
        rematerialize: see `SharedEncoder`.
        null_threshold: by how many logits no answer must score better than
            the best one to be given; None if there is always an answer.
        stride: tokens between the beginnings of two windows of a passage.
        max_answer_length: tokens of the longest answer.
        **kwargs: `name` and `dtype`.

    Raises:
        UserError: if a setting is something else.
    """

    head = Head(
        "AlbertQuestionAnswerer",
        huggingface=("AlbertForQuestionAnswering",),
        layers=[HeadLayer("span_logits", "output", "qa_outputs")],
    )
    token_outputs = ("start_logits", "end_logits")

    def __init__(
        self,
        config: AlbertConfig,
        preprocessor=None,
        rematerialize: bool = False,
        null_threshold: float | None = None,
        stride: int = 128,
        max_answer_length: int = 30,
        **kwargs,
    ):
        check_answer_settings(null_threshold, stride, max_answer_length)
        super().__init__(
            config,
            preprocessor=preprocessor,
            rematerialize=rematerialize,
            pooled=False,
            **kwargs,
        )
        self.null_threshold = null_threshold
        self.stride = stride
        self.max_answer_length = max_answer_length
        self.span_logits = keras.layers.Dense(
            2,
            kernel_initializer=initializer(config),
            dtype=self.dtype_policy,
            name="span_logits",
        )
        self._make_weights()

    def build(self, input_shape=None):
        """Makes all weights at once; no input is needed."""
        if self.built:
            return
        self.span_logits.build((None, None, self.config.hidden_size))
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

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        return {
            **super().get_config(),
            "null_threshold": self.null_threshold,
            "stride": self.stride,
            "max_answer_length": self.max_answer_length,
        }

    def scored_outputs(self, outputs):
        """Both, by the names of their targets."""
        return {
            "start_positions": outputs["start_logits"],
            "end_positions": outputs["end_logits"],
        }

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The mean of both cross-entropies, as in the official code.

        Args:
            x: not used.
            y: `start_positions` and `end_positions`, int [B]; those of -1 do
                not count.
            y_pred: what `call` returned.
            sample_weight: float [B], or None; or such for each target, by
                name, as Keras makes of an array.
            training: not used.

        Returns:
            A scalar.
        """
        loss = keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, ignore_class=-1
        )
        total = 0.0
        for end in ("start", "end"):
            target, weight = f"{end}_positions", sample_weight
            if isinstance(weight, dict):
                weight = weight[target]
            total += loss(y[target], y_pred[f"{end}_logits"], weight)
        return total / 2
