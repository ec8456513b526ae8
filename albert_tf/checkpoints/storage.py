"""Files of weights, read and written with errors in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from albert_tf.errors import UserError


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """Reads all arrays; those of half precision become float32.

    Raises:
        UserError: if the file is missing, truncated or damaged.
    """
    try:
        tensors = load_file(path)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (OSError, SafetensorError) as error:
        raise UserError(
            f"{path}: truncated or not a safetensors file: {error}"
        ) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path}: holds a number format that NumPy lacks: {error!r}"
        ) from error
    return {name: _widen(array) for name, array in tensors.items()}


def _widen(array: np.ndarray) -> np.ndarray:
    whole = np.issubdtype(array.dtype, np.integer) or array.dtype == bool
    return array if whole else array.astype("float32", copy=False)


def write_safetensors(
    path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]
) -> None:
    """Writes arrays by name."""
    # save_file would make a file that only its owner may read.
    path.write_bytes(save(tensors, metadata=metadata))
