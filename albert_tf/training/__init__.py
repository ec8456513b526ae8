"""Training: optimizers, schedules and the loops that use them."""

from albert_tf.training.adamw import AdamW
from albert_tf.training.lamb import Lamb
from albert_tf.training.muon import Muon
from albert_tf.training.schedules import (
    WarmupCosineDecay,
    WarmupPolynomialDecay,
    scale_learning_rate,
)

__all__ = [
    "AdamW",
    "Lamb",
    "Muon",
    "WarmupCosineDecay",
    "WarmupPolynomialDecay",
    "scale_learning_rate",
]
