"""Losses that are computed already, reduced as Keras reduces its own."""

import keras
from keras import ops


class MeanLoss(keras.losses.Loss):
    """The mean, and on each of several devices a share of it.

    Keras adds up the gradients of the devices, and has no public function that
    says how many these are.
    """

    def call(self, y_true, y_pred):
        """The losses as they are."""
        return y_pred


def mean_loss(losses, sample_weight=None):
    """The mean of losses, float [B] or a scalar, as `MeanLoss` has it.

    Args:
        losses: those of B examples, or what is a mean already.
        sample_weight: float [B] or [B, 1], what they are multiplied by; None
            for 1.
    """
    losses = ops.reshape(losses, (-1,))
    if sample_weight is not None:
        # A column would be multiplied with every loss.
        sample_weight = ops.reshape(sample_weight, (-1,))
    return MeanLoss(name="mean")(losses, losses, sample_weight)
