"""Models that answer questions by words of a passage."""

from __future__ import annotations

import keras

from albert_tf.config import AlbertConfig
from albert_tf.data.windows import check_answer_settings
from albert_tf.models.task_model import TaskModel


class AnswerModel(TaskModel):
    """What the models of question answering have in common.

    The question is the first text of a pair, the passage the second. Targets
    are `start_positions` and `end_positions`, the first and the last token of
    the answer: 0, that of `[CLS]`, where there is none, and -1 where nobody
    knows.

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

    def answer_loss(self, y, logits, sample_weight=None):
        """Half the sum of the cross-entropies, as in the official code.

        Args:
            y: int [B] by name; those of -1 do not count.
            logits: float [B, n], the scores of n choices, by the same names.
            sample_weight: float [B], or None; or such for each target, by
                name, as Keras makes of an array.

        Returns:
            A scalar.
        """
        loss = keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, ignore_class=-1
        )
        total = 0.0
        for name, scores in logits.items():
            weight = sample_weight
            if isinstance(weight, dict):
                weight = weight[name]
            total += loss(y[name], scores, weight)
        return total / 2

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        return {
            **super().get_config(),
            "null_threshold": self.null_threshold,
            "stride": self.stride,
            "max_answer_length": self.max_answer_length,
        }
