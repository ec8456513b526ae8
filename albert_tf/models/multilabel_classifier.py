"""Classification with any number of labels a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import keras
import numpy as np

from albert_tf.checkpoints import Head, HeadLayer
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models.labels import label_numbers
from albert_tf.models.sequence_model import SequenceModel
from albert_tf.models.soft_output import SoftOutput


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertMultilabelClassifier(SequenceModel):
    """Each label by itself: none, one or several of them fit a text.

    Targets are a list of names for each text, or a matrix [B, C] of zeros and
    ones. A label's probability is the sigmoid of its logit.

    Args:
        config: the model's sizes and rates.
        labels: the names of the C labels.
        preprocessor: a `TextPreprocessor`, or None.
        rematerialize: see `SharedEncoder`.
        thresholds: from which probability on each label is given, by its
            name; None for a half. Fine-tuning puts those here that are best
            on the dev examples.
        **kwargs: `pooling`, `name` and `dtype`, see `PooledModel`.

    Raises:
        UserError: if there is no label, or one twice; or a threshold is of
            another one.
    """

    least_labels = 1
    head = Head(
        "AlbertMultilabelClassifier",
        huggingface=("AlbertForSequenceClassification",),
        layers=[HeadLayer("logits", "output", "classifier")],
        problem_type="multi_label_classification",
    )
    soft_outputs = {"logits": SoftOutput("sigmoid", labels="labels")}

    def __init__(
        self,
        config: AlbertConfig,
        labels: Sequence[str],
        preprocessor=None,
        rematerialize: bool = False,
        thresholds: Mapping[str, float] | None = None,
        **kwargs,
    ):
        super().__init__(config, labels, preprocessor, rematerialize, **kwargs)
        unknown = sorted({*(thresholds or {})} - {*self.labels})
        if unknown:
            raise UserError(
                f"thresholds has {unknown[0]!r}, which is none of the labels "
                f"{', '.join(self.labels)}"
            )
        self.thresholds = thresholds

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        thresholds = self.thresholds and dict(self.thresholds)
        return {**super().get_config(), "thresholds": thresholds}

    def default_loss(self):
        """Cross-entropy of each label by itself."""
        return keras.losses.BinaryCrossentropy(from_logits=True)

    def default_metrics(self):
        """The share of yes and no that is right."""
        return [keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)]

    def encode_targets(self, y) -> np.ndarray:
        """Lists of names, or zeros and ones, as float32 [B, C]."""
        if isinstance(y, np.ndarray) and y.dtype.kind in "biuf":
            if y.ndim != 2 or y.shape[1] != len(self.labels):
                raise UserError(
                    f"targets must have shape [B, {len(self.labels)}], a "
                    f"column a label; got {y.shape}"
                )
            if not ((y >= 0) & (y <= 1)).all():
                raise UserError(
                    "targets must be from 0 to 1; got "
                    f"{y[~((y >= 0) & (y <= 1))][0]}"
                )
            return y.astype("float32")
        y = [*y]
        if len(y) and not isinstance(y[0], str) and _is_row(y[0]):
            return self.encode_targets(np.asarray(y))
        targets = np.zeros((len(y), len(self.labels)), "float32")
        for row, names in zip(targets, y, strict=True):
            if isinstance(names, str) or not isinstance(names, Iterable):
                raise UserError(
                    "the labels of a text must be a list of names; got "
                    f"{names!r}"
                )
            names = [str(name) for name in names]
            row[label_numbers(names, self.labels)] = 1
        return targets


def _is_row(row) -> bool:
    """Whether it is numbers, not names."""
    return (
        hasattr(row, "__getitem__")
        and len(row) > 0
        and not isinstance(row[0], str)
    )
