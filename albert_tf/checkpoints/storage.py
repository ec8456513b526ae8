"""Safetensors files, read and written with errors in one line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from albert_tf.checkpoints.stored_tensor import StoredTensor
from albert_tf.errors import UserError


def open_safetensors(path: Path) -> dict[str, StoredTensor]:
    """Finds the tensors in a file; those of half precision become float32.

    Raises:
        UserError: if the file is missing, truncated or damaged.
    """
    with _told(path), safe_open(path, "np") as file:
        return {
            name: _stored(path, name, file.get_slice(name).get_shape())
            for name in file.keys()  # noqa: SIM118 (not a dict)
        }


def _stored(path: Path, name: str, shape: list[int]) -> StoredTensor:
    def read() -> np.ndarray:
        with _told(path), safe_open(path, "np") as file:
            array = file.get_tensor(name)
        is_whole = np.issubdtype(array.dtype, np.integer)
        if is_whole or array.dtype == bool:
            return array
        return array.astype("float32", copy=False)

    return StoredTensor(tuple(shape), read)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
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


def write_safetensors(
    path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]
) -> None:
    """Writes arrays by name."""
    # save_file would make a file that only its owner may read.
    path.write_bytes(save(tensors, metadata=metadata))
