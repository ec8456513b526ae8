"""Classification of texts and of pairs of texts."""

from __future__ import annotations

import keras
import numpy as np

from albert_tf.checkpoints import Head, HeadLayer
from albert_tf.errors import UserError
from albert_tf.models.labels import (
    boolean_names,
    has_numbers,
    label_names,
    label_numbers,
)
from albert_tf.models.sequence_model import SequenceModel
from albert_tf.models.soft_output import SoftOutput
from albert_tf.models.text_input import TextInput
from albert_tf.prediction import Prediction


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertClassifier(SequenceModel):
    """One label for a text, or for a pair of texts.

    Targets are labels by name, or class numbers.

    Example:
    ```python
    classifier = AlbertClassifier.from_preset(
        "albert_nano", labels=["bad", "good"]
    )
    classifier.compile(keras.optimizers.AdamW(1e-4))
    classifier.fit(["a joy", "a bore"], ["good", "bad"], epochs=2)
    classifier.classify("what a joy").label
    ```

    Args:
        config: the model's sizes and rates.
        labels: the names of the C classes.
        preprocessor: a `TextPreprocessor`, or None.
        rematerialize: see `SharedEncoder`.
        **kwargs: `pooling`, `name` and `dtype`, see `PooledModel`.

    Raises:
        UserError: if there are fewer than two labels, or one twice.
    """

    head = Head(
        "AlbertClassifier",
        huggingface=("AlbertForSequenceClassification",),
        layers=[HeadLayer("logits", "output", "classifier", tf1="")],
        problem_type="single_label_classification",
    )
    soft_outputs = {"logits": SoftOutput(labels="labels")}

    def default_loss(self):
        """Cross-entropy with class numbers."""
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def default_metrics(self):
        """Accuracy."""
        return ["accuracy"]

    def encode_targets(self, y) -> np.ndarray:
        """Labels by name as numbers, int32 [B].

        Probabilities, float [B, C], stay as they are, for a loss of them.
        """
        y = np.asarray(y)
        if y.ndim != 1:
            return self._check_probabilities(y)
        if y.dtype.kind == "f" and (y == np.floor(y)).all():
            y = y.astype("int64")  # as pandas reads a column with gaps
        if y.dtype.kind == "b":
            return label_numbers(boolean_names(y, self.labels), self.labels)
        names = label_names(y)
        if names is None:
            raise UserError(
                "labels must be names or whole numbers; got the "
                f"{y.dtype} {y[y != np.floor(y)][0]}"
            )
        if y.dtype.kind in "iu" and not has_numbers(self.labels):
            return _check_range(y, len(self.labels))
        return label_numbers(names, self.labels)

    def _check_probabilities(self, y: np.ndarray) -> np.ndarray:
        classes = len(self.labels)
        # Before `compile` nobody knows what the loss will be.
        loss = getattr(self, "loss", None)
        if isinstance(loss, keras.losses.SparseCategoricalCrossentropy):
            raise UserError(
                f"targets must be one label a text; got shape {y.shape}, for "
                "which compile needs another loss"
            )
        if y.ndim != 2 or y.shape[1] != classes:
            raise UserError(
                f"targets must be one label a text, or probabilities of shape "
                f"[B, {classes}]; got shape {y.shape}"
            )
        return y

    def class_number(self, name) -> int:
        """The class that a key of `class_weight` means, as a target would.

        Raises:
            UserError: if it is none of the labels.
        """
        return int(self.encode_targets([name])[0])

    def classify(self, texts, pairs=None, batch_size: int = 32):
        """The label of each text, or each pair, with all probabilities.

        Args:
            texts: a string, or a sequence of strings.
            pairs: the second texts, in the same form, or None.
            batch_size: B.

        Returns:
            A `Prediction` for a string, a list of them for a sequence.

        Raises:
            UserError: if there is no text.
        """
        is_single = isinstance(texts, str)
        x = texts
        if pairs is not None:
            x = ([texts], [pairs]) if is_single else (texts, pairs)
        texts = TextInput.of(x)
        if texts is None:
            raise UserError(
                f"texts must be strings; got {type(x).__name__} {x!r:.60}"
            )
        logits = self.predict(texts, batch_size=batch_size, verbose=0)["logits"]
        found = [Prediction.from_logits(row, self.labels) for row in logits]
        return found[0] if is_single else found


def _check_range(y: np.ndarray, classes: int) -> np.ndarray:
    """On a GPU the loss of a class that is not there would be NaN."""
    for number in (y.min(initial=0), y.max(initial=0)):
        if not 0 <= number < classes:
            raise UserError(
                f"unknown label {number}; the {classes} labels have the "
                f"numbers 0 to {classes - 1}"
            )
    return y.astype("int32")
