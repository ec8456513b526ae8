"""A number for a text or a pair of texts."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from albert_tf.checkpoints import Head, HeadLayer
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError, require
from albert_tf.models.sequence_model import SequenceModel
from albert_tf.models.soft_output import SoftOutput


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertRegressor(SequenceModel):
    """A number, such as how similar two sentences are (STS-B).

    Targets are numbers [B]; the number of a text is its logit.

    Args:
        config: the model's sizes and rates.
        labels: the name of what is measured, one.
        preprocessor: a `TextPreprocessor`, or None.
        rematerialize: see `SharedEncoder`.
        **kwargs: `pooling`, `name` and `dtype`, see `PooledModel`.

    Raises:
        UserError: if there is not exactly one label.
    """

    least_labels = 1
    head = Head(
        "AlbertRegressor",
        huggingface=("AlbertForSequenceClassification",),
        layers=[HeadLayer("logits", "output", "classifier")],
        problem_type="regression",
    )
    soft_outputs = {"logits": SoftOutput("number", labels="labels")}

    def __init__(
        self,
        config: AlbertConfig,
        labels: Sequence[str] = ("score",),
        preprocessor=None,
        rematerialize: bool = False,
        **kwargs,
    ):
        require(len(labels) == 1, "must be one name", labels=list(labels))
        super().__init__(config, labels, preprocessor, rematerialize, **kwargs)

    def default_loss(self):
        """The squared error, as the official code has it for STS-B."""
        return keras.losses.MeanSquaredError()

    def default_metrics(self):
        """The mean absolute error."""
        return [keras.metrics.MeanAbsoluteError(name="mean_absolute_error")]

    def encode_targets(self, y) -> np.ndarray:
        """Numbers as float32 [B]."""
        try:
            numbers = np.asarray(y).astype("float32").reshape(-1)
        except ValueError as error:
            raise UserError(f"targets must be numbers: {error}") from None
        if not np.isfinite(numbers).all():
            raise UserError("targets must be numbers; got NaN or infinity")
        return numbers
