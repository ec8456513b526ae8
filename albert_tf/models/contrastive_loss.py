"""Which text of a batch belongs to which."""

from __future__ import annotations

import keras
from keras import ops

_NEVER = -1e9  # finite, so that no gradient is NaN


@keras.saving.register_keras_serializable(package="albert_tf")
class ContrastiveLoss(keras.losses.Loss):
    """Cross-entropy of finding a text's partner among all of the batch.

    The choices are the partners of all examples, and where examples are
    triplets the texts that are none: what others call in-batch negatives,
    InfoNCE or multiple negatives ranking. Their logits are the cosines,
    divided by the temperature. A text that is a right answer too, as it is
    equal or belongs to an equal text, is no choice. An example that is alone
    in its batch has nothing to be told from, and the loss 0.

    Args:
        temperature: the smaller, the more the nearest wrong choices count.
        **kwargs: those of `keras.losses.Loss`.
    """

    def __init__(self, temperature: float = 0.05, **kwargs):
        super().__init__(**{"name": "contrastive", **kwargs})
        self.temperature = temperature

    def call(self, y_true, y_pred):
        """The loss of each example.

        Args:
            y_true: int [B, n], a number for each text, equal for equal texts.
            y_pred: float [B, n, H], the vectors of a text, its partner and,
                where n is 3, one that is no partner.

        Returns:
            float32 [B].
        """
        size, texts, width = ops.shape(y_pred)
        x = ops.normalize(ops.cast(y_pred, "float32"), axis=-1)
        choices = ops.reshape(x[:, 1:], (-1, width))
        logits = ops.matmul(x[:, 0], ops.transpose(choices)) / self.temperature
        numbers = ops.cast(y_true, "int32")
        # Choice i * (n - 1) is the partner of example i.
        own = ops.arange(size) * (texts - 1)
        places = ops.arange(size * (texts - 1))
        equal_text = numbers[:, 1:2] == ops.reshape(numbers[:, 1:], (1, -1))
        equal_first = numbers[:, :1] == ops.repeat(numbers[:, 0], texts - 1)
        is_partner = places % (texts - 1) == 0
        right = ops.logical_or(
            equal_text, ops.logical_and(equal_first, is_partner)
        )
        others = own[:, None] != places
        logits = ops.where(ops.logical_and(right, others), _NEVER, logits)
        return keras.losses.sparse_categorical_crossentropy(
            own, logits, from_logits=True
        )

    def get_config(self):
        """The arguments of the constructor."""
        return {**super().get_config(), "temperature": self.temperature}
