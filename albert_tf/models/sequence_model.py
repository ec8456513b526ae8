"""Heads that say one thing of a whole text."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from albert_tf.config import AlbertConfig
from albert_tf.layers.albert_layer import initializer
from albert_tf.models.labels import check_labels
from albert_tf.models.pooled_model import PooledModel


class SequenceModel(PooledModel):
    """Dropout and a dense layer on the text's vector (paper, section 4.2).

    Args:
        config: the model's sizes and rates.
        labels: the names of the C outputs.
        preprocessor: a `TextPreprocessor`, or None.
        rematerialize: see `SharedEncoder`.
        **kwargs: `pooling`, `name` and `dtype`, see `PooledModel`.

    Raises:
        UserError: if there are fewer labels than `least_labels`, or one is
            there twice.
    """

    least_labels = 2
    label_axes = {"labels": {"logits/kernel": (1,), "logits/bias": (0,)}}

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
        self.labels = check_labels(labels, self.least_labels)
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
        self.dropout.build((None, self.config.output_size))
        self.logits_dense.build((None, self.config.output_size))
        self.built = True

    def call(self, inputs, training=False, loop=False):
        """Scores the text.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, L].
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            `logits`, float32 [B, C].
        """
        x = self.pool(inputs, training, loop)
        return {"logits": ops.cast(self.logits_dense(x), "float32")}

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        return {**super().get_config(), "labels": self.labels}
