"""Checkpoints of Google, Hugging Face and keras-hub, and our own."""

from albert_tf.checkpoints.preset import (
    convert,
    load_model,
    load_preset,
    save_preset,
    write_huggingface,
    write_tf1,
)
from albert_tf.checkpoints.sources import read_checkpoint

__all__ = [
    "convert",
    "load_model",
    "load_preset",
    "read_checkpoint",
    "save_preset",
    "write_huggingface",
    "write_tf1",
]
