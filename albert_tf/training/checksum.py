"""Numbers that stand for arrays, weights and examples."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from albert_tf.checkpoints.checkpoint import Checkpoint


def checksum_of(arrays: Iterable[np.ndarray]) -> int:
    """A number that stands for some arrays in their order."""
    total = 0
    for array in arrays:
        total = zlib.crc32(np.ascontiguousarray(array).tobytes(), total)
    return total


def checksum_of_weights(checkpoint: Checkpoint) -> int:
    """A number that stands for the weights; 0 for none."""
    weights = checkpoint.weights or {}
    return checksum_of(weights[name] for name in sorted(weights))


def checksum_of_examples(examples: Iterable[Any]) -> int:
    """A number that stands for some examples in their order."""
    total = 0
    for example in examples:
        total = zlib.crc32(repr(example).encode("utf-8", "replace"), total)
    return total
