"""Labels for the words of a text: entities, slots, parts of speech."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from albert_tf.checkpoints import Head, HeadLayer
from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import initializer
from albert_tf.models.labels import check_labels
from albert_tf.models.soft_output import SoftOutput
from albert_tf.models.task_model import TaskModel


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertTagger(TaskModel):
    """One label for each token.

    Targets are int [B, L]; those of -1 (special tokens, padding, pieces that
    go on a word) do not count.

    Args:
        config: the model's sizes and rates.
        labels: the names of the C labels.
        preprocessor: a `TextPreprocessor`, or None.
        rematerialize: see `SharedEncoder`.
        **kwargs: `name` and `dtype`.

    Raises:
        UserError: if there are fewer than two labels, or one twice.
    """

    head = Head(
        "AlbertTagger",
        huggingface=("AlbertForTokenClassification",),
        layers=[HeadLayer("logits", "output", "classifier")],
    )
    label_axes = {"labels": {"logits/kernel": (1,), "logits/bias": (0,)}}
    token_outputs = ("logits",)
    soft_outputs = {"logits": SoftOutput(labels="labels")}

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
            pooled=False,
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
        self._make_weights()

    def build(self, input_shape=None):
        """Makes all weights at once; no input is needed."""
        if self.built:
            return
        self.logits_dense.build((None, None, self.config.output_size))
        self.built = True

    def default_loss(self):
        """Cross-entropy with the numbers of the labels, without those of -1."""
        return keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, ignore_class=-1
        )

    def call(self, inputs, training=False, loop=False):
        """Scores the labels of every token.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, L].
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `logits`, float32 [B, L, C].
        """
        x = self.states(inputs, training, loop)
        return {"logits": ops.cast(self.logits_dense(x), "float32")}

    def states(self, inputs, training, loop):
        """What the heads read, [B, L, H]; see `call`."""
        outputs = self.encoder(inputs, training=training, loop=loop)
        return self.dropout(outputs["sequence_output"], training=training)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The loss of the tokens; the weight of a text is that of each.

        Args:
            x: the inputs.
            y: int [B, L], -1 at tokens that do not count.
            y_pred: what `call` returned.
            sample_weight: float [B], [B, 1] or, of tokens, [B, L]; or None.
            training: whether it is for a step of training.

        Returns:
            A scalar.
        """
        return super().compute_loss(
            x, y, y_pred, of_tokens(sample_weight), training
        )

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        return {**super().get_config(), "labels": self.labels}


def by_target(weights, names):
    """The weights for each target.

    Args:
        weights: for all targets, or such by their names.
        names: of the targets.
    """
    if isinstance(weights, dict):
        return weights
    return dict.fromkeys(names, weights)


def of_tokens(weights):
    """Weights of texts as a column, which Keras multiplies with their tokens.

    It would take a row of them for weights along L.

    Args:
        weights: float [B], [B, 1] or [B, L]; or None.

    Returns:
        float [B, 1] or [B, L]; or None.
    """
    if weights is None:
        return None
    weights = ops.convert_to_tensor(weights)
    return weights[:, None] if len(weights.shape) == 1 else weights
