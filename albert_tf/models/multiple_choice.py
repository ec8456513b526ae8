"""Multiple choice."""

from __future__ import annotations

import keras
from keras import ops

from albert_tf.checkpoints import Head, HeadLayer
from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import initializer
from albert_tf.models.pooled_model import PooledModel
from albert_tf.models.soft_output import SoftOutput


@keras.saving.register_keras_serializable(package="albert_tf")
class AlbertMultipleChoice(PooledModel):
    """Which of n sequences is the right one (paper section 4.2, RACE).

    Args:
        config: the model's sizes and rates.
        preprocessor: a `TextPreprocessor`, or None.
        rematerialize: see `SharedEncoder`.
        **kwargs: `pooling`, `name` and `dtype`, see `PooledModel`.
    """

    head = Head(
        "AlbertMultipleChoice",
        huggingface=("AlbertForMultipleChoice",),
        layers=[HeadLayer("score", "output", "classifier")],
    )
    input_axes = 3
    soft_outputs = {"logits": SoftOutput()}

    def __init__(
        self,
        config: AlbertConfig,
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
        self.score = keras.layers.Dense(
            1,
            kernel_initializer=initializer(config),
            dtype=self.dtype_policy,
            name="score",
        )
        self._make_weights()

    def build(self, input_shape=None):
        """Makes all weights at once; no input is needed."""
        if self.built:
            return
        self.score.build((None, self.config.output_size))
        self.built = True

    def default_loss(self):
        """Cross-entropy with the number of the right choice."""
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def default_metrics(self):
        """Accuracy."""
        return ["accuracy"]

    def call(self, inputs, training=False, loop=False):
        """Scores the choices.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, n, L].
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `logits`, float32 [B, n].
        """
        batch, choices, length = ops.shape(inputs["token_ids"])
        sequences = {
            name: ops.reshape(array, (-1, length))
            for name, array in inputs.items()
        }
        x = self.pool(sequences, training, loop)
        scores = ops.cast(self.score(x), "float32")
        return {"logits": ops.reshape(scores, (batch, choices))}
