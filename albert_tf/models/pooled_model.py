"""Models that read one vector of each sequence."""

from __future__ import annotations

import keras

from albert_tf.config import POOLINGS, AlbertConfig
from albert_tf.errors import require_one_of
from albert_tf.layers.mean_pooling import mean_pooling
from albert_tf.models.task_model import TaskModel


class PooledModel(TaskModel):
    """Dropout on the vector of a sequence; a head of a class to derive.

    Args:
        config: the model's sizes and rates.
        preprocessor: a `TextPreprocessor`, or None.
        rematerialize: see `SharedEncoder`.
        pooling: what the vector is: "cls", that of [CLS] after a dense layer
            with tanh, as in the paper; or "mean", that of all tokens, without
            any weights.
        **kwargs: `name` and `dtype`.

    Raises:
        UserError: if `pooling` is something else.
    """

    def __init__(
        self,
        config: AlbertConfig,
        preprocessor=None,
        rematerialize: bool = False,
        pooling: str = "cls",
        **kwargs,
    ):
        require_one_of(POOLINGS, pooling=pooling)
        super().__init__(
            config,
            preprocessor=preprocessor,
            rematerialize=rematerialize,
            pooled=pooling == "cls",
            **kwargs,
        )
        self.pooling = pooling
        self.dropout = keras.layers.Dropout(
            config.classifier_dropout_prob, name="dropout"
        )

    def pool(self, inputs, training=False, loop=False):
        """The vector of each sequence, after dropout.

        Args:
            inputs: `token_ids`, `segment_ids` and `padding_mask`, each int32
                [B, L].
            training: whether dropout is on.
            loop: run the layers as one loop, see `SharedEncoder`.

        Returns:
            float [B, H].
        """
        outputs = self.encoder(
            inputs,
            training=training,
            loop=loop,
            first_only=self.pooling == "cls",
        )
        if self.pooling == "mean":
            x = self.vector(outputs["sequence_output"], inputs["padding_mask"])
        else:
            x = outputs["pooled_output"]
        return self.dropout(x, training=training)

    def vector(self, x, padding_mask):
        """What is read of the output of a layer.

        Args:
            x: float [B, L, H].
            padding_mask: int or bool [B, L].

        Returns:
            float [B, H].
        """
        if self.pooling == "mean":
            return mean_pooling(x, padding_mask)
        return self.encoder.pooler(x[:, 0, :])

    def get_config(self):
        """The arguments of the constructor but for the preprocessor."""
        return {**super().get_config(), "pooling": self.pooling}
