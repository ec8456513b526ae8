"""Cross-entropy in which what is right already counts less."""

import keras
from keras import ops

from albert_tf.models.mean_loss import mean_loss


@keras.saving.register_keras_serializable(package="albert_tf")
class FocalCrossentropy(keras.losses.Loss):
    """The focal loss of Lin et al., 2017 (arXiv 1708.02002, equation 4).

    The cross-entropy of a class with probability p is weighed by
    `(1 - p) ** gamma`; with gamma 0 it is plain.

    Args:
        gamma: how fast the weight falls as p rises.
        label_smoothing: share of the truth that goes to all classes alike
            (Szegedy et al., 2016).
        ignore_class: a target that does not count, or None.
        **kwargs: Keras' arguments of losses.
    """

    def __init__(
        self, gamma=2.0, label_smoothing=0.0, ignore_class=None, **kwargs
    ):
        super().__init__(**kwargs)
        self.gamma = gamma
        self.label_smoothing = label_smoothing
        self.ignore_class = ignore_class

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The mean over all that counts, as Keras reduces losses."""
        if self.ignore_class is None:
            return super().__call__(y_true, y_pred, sample_weight)
        counts = ops.cast(ops.not_equal(y_true, self.ignore_class), "float32")
        if sample_weight is not None:
            weight = ops.cast(sample_weight, "float32")
            counts = counts * ops.reshape(
                weight, (-1,) + (1,) * (len(counts.shape) - 1)
            )
        total = ops.sum(self.call(y_true, y_pred) * counts)
        return mean_loss(total / ops.maximum(ops.sum(counts), 1.0))

    def call(self, y_true, y_pred):
        """The loss of each row.

        Args:
            y_true: class numbers, int [...].
            y_pred: logits, float [..., C].

        Returns:
            float32 [...].
        """
        classes = y_pred.shape[-1]
        log_p = ops.log_softmax(ops.cast(y_pred, "float32"))
        truth = ops.one_hot(ops.cast(y_true, "int32"), classes, dtype="float32")
        truth = (
            1 - self.label_smoothing
        ) * truth + self.label_smoothing / classes
        weight = 1.0
        if self.gamma:
            weight = ops.power(1 - ops.exp(log_p) + 1e-7, self.gamma)
        return -ops.sum(truth * weight * log_p, -1)

    def get_config(self):
        """The arguments of the constructor, ready for JSON."""
        return {
            **super().get_config(),
            "gamma": self.gamma,
            "label_smoothing": self.label_smoothing,
            "ignore_class": self.ignore_class,
        }
