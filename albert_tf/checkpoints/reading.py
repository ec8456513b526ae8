"""From tensors in files to the weights of a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from albert_tf.checkpoints.shapes import check_shapes
from albert_tf.checkpoints.stored_tensor import StoredTensor
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError


def read_weights(
    tensors: Mapping[str, StoredTensor], config: AlbertConfig, source: str
) -> dict[str, np.ndarray]:
    """Reads weights, once their shapes are right.

    Args:
        tensors: by our names.
        config: what the source says of them.
        source: its name, for messages.

    Returns:
        float32 arrays by the same names.

    Raises:
        UserError: if weights of the encoder are missing, a shape is not as
            `config` says, or the numbers cannot be read.
    """
    shapes = {name: tensor.shape for name, tensor in tensors.items()}
    check_shapes(shapes, config, source)
    return {
        name: _read(name, tensor, source) for name, tensor in tensors.items()
    }


def _read(name: str, tensor: StoredTensor, source: str) -> np.ndarray:
    array = tensor.read()
    if array.dtype.kind != "f":
        raise UserError(
            f"{source}: {name} holds {array.dtype} numbers; weights must be "
            "floating-point, so a quantized model cannot be read"
        )
    return np.ascontiguousarray(array, "float32")
