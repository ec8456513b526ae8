"""Classification of texts and of pairs of texts."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from albert_tf.checkpoints import Head, HeadLayer
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.layers.albert_layer import initializer
from albert_tf.models.labels import check_labels
from albert_tf.models.task_model import TaskModel
from albert_tf.prediction import Prediction


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertClassifier(TaskModel):
    """One label for a text, or for a pair of texts.

    Example:
    ```python
    classifier = AlbertClassifier.from_preset(
        "albert_nano", labels=["bad", "good"]
    )
    classifier.compile(keras.optimizers.AdamW(1e-4))
    classifier.fit(["a joy", "a bore"], ["good", "bad"], epochs=2)
    classifier.classify(["what a joy"])[0].label
    ```

    Args:
        config: the model's sizes and rates.
        labels: the names of the C classes.
        preprocessor: a `TextPreprocessor`, or None.
        rematerialize: see `SharedEncoder`.
        **kwargs: `name` and `dtype`.

    Raises:
        UserError: if there are fewer than two labels, or one twice.
    """

    head = Head(
        "AlbertClassifier",
        huggingface=("AlbertForSequenceClassification",),
        layers=[HeadLayer("logits", "output", "classifier", tf1="")],
        problem_type="single_label_classification",
    )
    label_axes = {"logits/kernel": (1,), "logits/bias": (0,)}

    def __init__(
        self,
        config: AlbertConfig,
        labels: Sequence[str],
        preprocessor=None,
        rematerialize: bool = False,
        **kwargs,
    ):
        super().__init__(
            config,
            preprocessor=preprocessor,
            rematerialize=rematerialize,
            **kwargs,
        )
        self.labels = check_labels(labels)
        self.dropout = keras.layers.Dropout(
            config.classifier_dropout_prob, name="dropout"
        )
        self.logits_dense = keras.layers.Dense(
            len(self.labels),
            kernel_initializer=initializer(config),
            dtype=self.dtype_policy,
            name="logits",
        )
        self.build()

    def build(self, input_shape=None):
        """Makes all weights at once; no input is needed."""
        if self.built:
            return
        self.dropout.build((None, self.config.hidden_size))
        self.logits_dense.build((None, self.config.hidden_size))
        self.built = True

    def call(self, inputs, training=False, loop=False):
        """Scores the classes.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, L].
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `logits`, float32 [B, C].
        """
        outputs = self.encoder(inputs, training=training, loop=loop)
        x = self.dropout(outputs["pooled_output"], training=training)
        return {"logits": ops.cast(self.logits_dense(x), "float32")}

    def compile(
        self,
        optimizer,
        loss=None,
        metrics=("accuracy",),
        jit_compile=False,
        **kwargs,
    ):
        """As `keras.Model.compile`, with a classifier's loss and metric.

        Args:
            optimizer: a Keras optimizer, such as `albert_tf.training.AdamW`.
            loss: of the logits; None for cross-entropy with integer targets.
            metrics: of the logits; None for none.
            jit_compile: off, as XLA compiles anew for each length of a batch.
            **kwargs: the rest of Keras' arguments.
        """
        super().compile(
            optimizer=optimizer,
            loss=loss
            or keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=list(metrics or ()),
            jit_compile=jit_compile,
            **kwargs,
        )

    def compile_from_config(self, config):
        """Compiles as before `save`; called by Keras."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        self.optimizer.build(self.trainable_variables)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The loss of the logits; called by Keras."""
        return super().compute_loss(
            x, y, y_pred["logits"], sample_weight, training
        )

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """The metrics of the logits; called by Keras."""
        return super().compute_metrics(x, y, y_pred["logits"], sample_weight)

    def target_ids(self, y) -> np.ndarray:
        """Labels by name as numbers, int32 [B]; all else as it is."""
        y = np.asarray(y)
        if y.dtype.kind not in "USO":
            if y.dtype.kind in "iu" and y.size:
                self._check_range(y)
            return y  # maybe probabilities, for a loss of them
        ids = {label: i for i, label in enumerate(self.labels)}
        # tf.data gives bytes.
        names = [v.decode() if isinstance(v, bytes) else str(v) for v in y]
        unknown = sorted(set(names) - set(ids))
        if unknown:
            raise UserError(
                f"unknown label {unknown[0]!r}; the labels are "
                f"{', '.join(self.labels)}"
            )
        return np.array([ids[name] for name in names], "int32")

    def _check_range(self, y: np.ndarray) -> None:
        """On a GPU the loss of a class that is not there would be NaN."""
        last = len(self.labels) - 1
        for number in (y.min(), y.max()):
            if not 0 <= number <= last:
                raise UserError(
                    f"unknown label {number}; the {last + 1} labels have the "
                    f"numbers 0 to {last}"
                )

    def classify(
        self,
        texts: Sequence[str],
        pairs: Sequence[str] | None = None,
        batch_size: int = 32,
    ) -> list[Prediction]:
        """The label of each text, or each pair, with all probabilities."""
        texts = list(texts)
        if not texts:
            return []
        x = texts if pairs is None else (texts, list(pairs))
        logits = self.predict(x, batch_size=batch_size, verbose=0)["logits"]
        return [Prediction.from_logits(row, self.labels) for row in logits]

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        return {**super().get_config(), "labels": self.labels}
