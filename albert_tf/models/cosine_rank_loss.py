"""Cosines in the order of numbers."""

from __future__ import annotations

import keras
from keras import ops

_NEVER = -1e9  # finite, so that no gradient is NaN


@keras.saving.register_keras_serializable(package="albert_tf")
class CosineRankLoss(keras.losses.Loss):
    """Punishes cosines that are not in the order of the numbers.

    With a pair i that is more alike than a pair j, the loss of a batch is
    log(1 + sum of exp((cosine j - cosine i) / temperature)): CoSENT
    (kexue.fm/archives/8847). As only the order counts, the numbers may have
    any scale, and it is what Spearman's correlation measures. A batch of equal
    numbers has the loss 0.

    Args:
        temperature: the smaller, the more the worst pairs count.
        **kwargs: those of `keras.losses.Loss`.
    """

    def __init__(self, temperature: float = 0.05, **kwargs):
        super().__init__(**{"name": "cosine_rank", **kwargs})
        self.temperature = temperature

    def call(self, y_true, y_pred):
        """The loss of the batch.

        Args:
            y_true: float [B, 1] or [B], more for what is more alike.
            y_pred: float [B, 2, H], the vectors of two texts.

        Returns:
            float32, a scalar.
        """
        x = ops.normalize(ops.cast(y_pred, "float32"), axis=-1)
        cosines = ops.sum(x[:, 0] * x[:, 1], axis=-1) / self.temperature
        numbers = ops.reshape(y_true, (-1,))
        differences = cosines[None, :] - cosines[:, None]
        is_more = numbers[:, None] > numbers[None, :]
        differences = ops.where(is_more, differences, _NEVER)
        return ops.logaddexp(
            ops.zeros(()), ops.logsumexp(ops.reshape(differences, (-1,)))
        )

    def get_config(self):
        """The arguments of the constructor."""
        return {**super().get_config(), "temperature": self.temperature}
