"""Weights as they come with the package."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from albert_tf.checkpoints import native, read_checkpoint


def write_half_precision(
    source: Path, directory: Path, pooling: str = "cls"
) -> None:
    """Halves the precision.

    Args:
        source: a directory of `save_preset`.
        directory: to make; replaces an earlier one.
        pooling: what a task reads by default, see `FinetuneOptions`.
    """
    checkpoint = read_checkpoint(source)
    weights = {
        name: array.astype(np.float16)
        for name, array in checkpoint.weights.items()
    }
    shipped = dataclasses.replace(
        checkpoint,
        weights=weights,
        arguments={**checkpoint.arguments, "pooling": pooling},
    )
    native.write(shipped, directory, overwrite=True)
