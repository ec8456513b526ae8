"""Trained models made smaller, each step from checkpoint to checkpoint."""

from albert_tf.compression.drop_layers import drop_layers
from albert_tf.compression.factorize import factorize
from albert_tf.compression.narrow import narrow
from albert_tf.compression.prune_vocabulary import prune_vocabulary
from albert_tf.compression.stop_at import stop_at
from albert_tf.compression.tie import tie

__all__ = [
    "drop_layers",
    "factorize",
    "narrow",
    "prune_vocabulary",
    "stop_at",
    "tie",
]
