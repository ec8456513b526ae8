"""Formats: files of Google, Hugging Face, keras-hub and ours, in and out.

They know nothing of models. A `Checkpoint` is what travels between them;
`albert_tf.models` makes models of it.
"""

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.head import Head, HeadLayer
from albert_tf.checkpoints.sources import has_weights, read_checkpoint
from albert_tf.checkpoints.writing import write_checkpoint

__all__ = [
    "Checkpoint",
    "Head",
    "HeadLayer",
    "has_weights",
    "read_checkpoint",
    "write_checkpoint",
]
