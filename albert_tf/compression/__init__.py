"""Trained models made smaller, each step from checkpoint to checkpoint."""

from albert_tf.compression.factorize import factorize
from albert_tf.compression.tie import tie

__all__ = ["factorize", "tie"]
