"""PyTorch's files of weights, in both formats, without PyTorch."""

from __future__ import annotations

import contextlib
import functools
import io
import math
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from albert_tf.checkpoints.stored_tensor import StoredTensor, check_room
from albert_tf.checkpoints.torch_pickle import (
    MOST_BYTES,
    PickledStorage,
    PickledTensor,
    TensorUnpickler,
)
from albert_tf.errors import UserError

_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
# Gives the bytes of a storage.
_ReadStorage = Callable[[PickledStorage], bytes]


def open_torch(path: Path) -> dict[str, StoredTensor]:
    """Finds the tensors in what `torch.save` made of a state dictionary.

    Args:
        path: a zip archive, as since PyTorch 1.6, or a stream of pickles.

    Raises:
        UserError: if the file is missing or damaged, or holds anything but
            tensors; nothing of it is ever run.
    """
    with _told(path):
        with path.open("rb") as file:
            is_archive = file.read(4) == b"PK\3\4"
        opener = _open_archive if is_archive else _open_stream
        pickled, read_storage = opener(path)
        if not isinstance(pickled, dict):
            raise UserError("it holds no dictionary of tensors")
        for name, value in pickled.items():
            if not isinstance(value, PickledTensor):
                raise UserError(
                    f"{name!r} in it is no tensor; it must hold the model's "
                    "tensors by their names and nothing else"
                )
        read_storage = functools.lru_cache(maxsize=1)(read_storage)
        tensors = {
            str(name): _stored(path, tensor, read_storage)
            for name, tensor in pickled.items()
        }
        check_room(tensors.values(), path, path.stat().st_size)
        return tensors


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turns what goes wrong into one line that names the file."""
    try:
        yield
    except UserError as error:
        text = str(error)
        if not text.startswith(f"{path}: "):
            text = f"{path}: {text}"
        raise UserError(text) from None
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (
        *(OSError, EOFError, ValueError, LookupError, TypeError),
        *(ArithmeticError, NotImplementedError, RuntimeError),
        *(zipfile.BadZipFile, zlib.error, struct.error),
    ) as error:
        reason = (str(error).strip() or repr(error)).splitlines()[0][:200]
        raise UserError(
            f"{path}: truncated or not a PyTorch file: {reason}"
        ) from error


def _stored(
    path: Path, tensor: PickledTensor, read_storage: _ReadStorage
) -> StoredTensor:
    def read() -> np.ndarray:
        with _told(path):
            return _view(tensor, read_storage(tensor.storage))

    return StoredTensor(tensor.shape, read)


def _view(tensor: PickledTensor, data: bytes) -> np.ndarray:
    """A tensor out of its storage; halves as float32."""
    storage = tensor.storage
    if len(data) != _num_bytes(storage):
        raise ValueError(
            f"storage {storage.key} has {len(data)} bytes instead of "
            f"{_num_bytes(storage)}"
        )
    numbers = np.frombuffer(data, _little_endian(storage.dtype))
    if not math.prod(tensor.shape):
        return np.zeros(tensor.shape, numbers.dtype)
    array = np.lib.stride_tricks.as_strided(
        numbers[storage.start + tensor.offset :],
        tensor.shape,
        [stride * numbers.itemsize for stride in tensor.strides],
        writeable=False,
    )
    if storage.dtype == "bfloat16":  # the first half of a float32
        return (array.astype("uint32") << 16).view("float32")
    if storage.dtype.startswith("float"):
        return array.astype("float32")
    return array.copy()


def _little_endian(dtype: str) -> np.dtype:
    name = "uint16" if dtype == "bfloat16" else dtype
    return np.dtype(name).newbyteorder("<")


def _num_bytes(storage: PickledStorage) -> int:
    return storage.size * _little_endian(storage.dtype).itemsize


def _check_order(is_little_endian: bool) -> None:
    if not is_little_endian:
        raise UserError("its numbers are not in little-endian order")


# === Archives ===


def _open_archive(path: Path):
    with zipfile.ZipFile(path) as archive:
        pickles = [
            name
            for name in archive.namelist()
            if name.endswith("/data.pkl") and name.count("/") == 1
        ]
        if len(pickles) != 1:
            raise UserError("a zip archive, but not one of PyTorch's")
        root = pickles[0].removesuffix("data.pkl")
        order = f"{root}byteorder"
        if order in archive.namelist():
            _check_order(_read_member(archive, order, path, 16) == b"little")
        data = _read_member(archive, pickles[0], path, MOST_BYTES)

    def read_storage(storage: PickledStorage) -> bytes:
        with zipfile.ZipFile(path) as archive:
            name = f"{root}data/{storage.key}"
            return _read_member(archive, name, path, _num_bytes(storage))

    return TensorUnpickler(io.BytesIO(data)).load(), read_storage


def _read_member(
    archive: zipfile.ZipFile, name: str, path: Path, most: int
) -> bytes:
    member = archive.getinfo(name)
    if member.compress_type != zipfile.ZIP_STORED:
        raise UserError(f"{name} in it is compressed, which PyTorch never does")
    # The sizes in an archive's directory may be any numbers.
    if member.compress_size != member.file_size:
        raise UserError(f"{name} in it has two sizes")
    if member.file_size > min(most, path.stat().st_size):
        raise UserError(f"{name} in it has {member.file_size} bytes, too many")
    return archive.read(member)  # which compares the checksum


# === Streams ===


def _open_stream(path: Path):
    with path.open("rb") as file:
        stream = io.BytesIO(file.read(MOST_BYTES))
    if not stream.getvalue().startswith(b"\x80"):
        raise UserError("neither of PyTorch's formats")
    unpickler = TensorUnpickler(stream)
    if unpickler.load() != _MAGIC_NUMBER or unpickler.load() != _PROTOCOL:
        raise UserError("a pickle, but not one of torch.save")
    _check_order(unpickler.load()["little_endian"])
    pickled = unpickler.load()
    keys = unpickler.load()
    # Behind the pickles: for each key how many numbers, and the numbers.
    starts, end = {}, stream.tell()
    for key in keys:
        starts[key] = end
        end += 8 + _num_bytes(unpickler.storages[key])
    if end > path.stat().st_size:
        raise UserError(f"truncated: it should have {end} bytes")

    def read_storage(storage: PickledStorage) -> bytes:
        with path.open("rb") as file:
            file.seek(starts[storage.key])
            (count,) = struct.unpack("<q", file.read(8))
            if count != storage.size:
                raise UserError(
                    f"damaged: storage {storage.key} has {count} numbers "
                    f"instead of {storage.size}"
                )
            return file.read(_num_bytes(storage))

    return pickled, read_storage
