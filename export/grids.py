"""What the exporter will make of each matrix of a model."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from export.packing import unpack
from export.quantization import Quantization
from export.quantizer import stored_matrices

_LEVELS = {"int8": 127, "int4": 7}
_LEAST_BOUND = 1e-9  # of zeros, in ai-edge-quantizer


@dataclasses.dataclass(frozen=True)
class Grid:
    """The numbers that a matrix can have in a file.

    Attributes:
        weight: a matrix of the model.
        transposed: whether the file has [outputs, inputs] of it.
        levels: the largest integer, 7 or 127.
        size: how many numbers after each other have a scale in common.
        has_short_scales: whether scales have 8 bits of mantissa, as those of
            blocks.
    """

    weight: keras.Variable
    transposed: bool
    levels: int
    size: int
    has_short_scales: bool

    def nearest(self) -> tf.Tensor:
        """The weight as it will be read from the file, float32."""
        x = tf.convert_to_tensor(self.weight.value)
        x = tf.transpose(x) if self.transposed else x
        parts = tf.reshape(x, [-1, self.size])
        bound = tf.reduce_max(tf.abs(parts), axis=1, keepdims=True)
        scale = tf.maximum(bound, _LEAST_BOUND) / float(self.levels)
        if self.has_short_scales:
            scale = tf.cast(tf.cast(scale, tf.bfloat16), tf.float16)
            scale = tf.cast(scale, tf.float32)
        # float16 makes a scale of the least bound 0.
        whole = tf.round(tf.math.divide_no_nan(parts, scale))
        x = tf.reshape(whole * scale, tf.shape(x))
        return tf.transpose(x) if self.transposed else x


def grids(
    model: keras.Model, content: bytes, quantization: Quantization
) -> list[Grid]:
    """The grids of all matrices that are stored as integers.

    They are found by their content, so what the exporter quantizes, and how,
    is said in one place.

    Args:
        model: the model.
        content: its graph in float32.
        quantization: what it is to be stored as.
    """
    matrices = {}
    for weight in model.named_weights().values():
        array = np.asarray(weight, "float32")
        if array.ndim == 2:
            matrices[array.shape, array.tobytes()] = weight, False
            matrices.setdefault(
                (array.T.shape, array.T.tobytes()), (weight, True)
            )
    found = []
    for matrix, kind, granularity in stored_matrices(
        unpack(content), quantization
    ):
        if kind not in _LEVELS:
            continue
        if (matrix.shape, matrix.tobytes()) not in matrices:
            continue  # made of several weights
        weight, transposed = matrices[matrix.shape, matrix.tobytes()]
        sizes = {"TENSORWISE": matrix.size, "CHANNELWISE": matrix.shape[1]}
        is_block = granularity not in sizes
        size = (
            int(granularity.split("_")[1]) if is_block else sizes[granularity]
        )
        found.append(Grid(weight, transposed, _LEVELS[kind], size, is_block))
    return found
