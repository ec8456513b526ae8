"""Training: optimizers, schedules and the loops that use them."""

from albert_tf.training.adamw import AdamW
from albert_tf.training.schedules import WarmupPolynomialDecay

__all__ = ["AdamW", "WarmupPolynomialDecay"]
