"""HDF5 files of weights that Keras 2 or transformers wrote."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

from albert_tf.checkpoints.stored_tensor import StoredTensor, check_room
from albert_tf.errors import UserError


def open_hdf5(path: Path) -> dict[str, StoredTensor]:
    """Finds the floating-point weights in a file, by the variables' names.

    Keras puts each layer's weights into a group, with the name of the model
    before the variable's own; both are left out. A layer that uses weights of
    another has copies of them, of which one is enough.

    Raises:
        UserError: if the file is missing, truncated or damaged, or refers to
            other files.
    """
    tensors: dict[str, StoredTensor] = {}

    def collect(place: str, item) -> None:
        if not isinstance(item, h5py.Dataset) or item.dtype.kind != "f":
            return
        _check_dataset(item, path)
        levels = place.split("/")
        layer = item.file[levels[0]]
        if any(name.startswith("weight_names") for name in layer.attrs):
            levels = levels[2:]
        tensors.setdefault("/".join(levels), _stored(path, place, item.shape))

    with _told(path), h5py.File(path) as file:
        file.visititems(collect)  # which follows no links
    check_room(tensors.values(), path, path.stat().st_size)
    return tensors


def _check_dataset(dataset: h5py.Dataset, path: Path) -> None:
    """Refuses what would take more memory, or other files, than this one."""
    if dataset.external or dataset.is_virtual:
        raise UserError(f"{path}: {dataset.name} lies in other files")
    if dataset.nbytes > dataset.id.get_storage_size():
        raise UserError(
            f"{path}: {dataset.name} has {dataset.nbytes} bytes, of which "
            f"{dataset.id.get_storage_size()} are in the file"
        )


def _stored(path: Path, place: str, shape: tuple[int, ...]) -> StoredTensor:
    def read() -> np.ndarray:
        with _told(path), h5py.File(path) as file:
            return file[place][()].astype("float32", copy=False)

    return StoredTensor(shape, read)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    # HDF5 raises these, depending on where a file is damaged.
    except (OSError, LookupError, RuntimeError, TypeError, ValueError) as error:
        reason = (str(error).strip() or repr(error)).splitlines()[0]
        raise UserError(
            f"{path}: truncated or not an HDF5 file: {reason}"
        ) from error
