"""Writes what `torch.save` writes, without PyTorch."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import pickle
import struct
import sys
import types
import zipfile
from collections import OrderedDict

import numpy as np

_TYPES = {
    "float32": "FloatStorage",
    "float64": "DoubleStorage",
    "float16": "HalfStorage",
    "bfloat16": "BFloat16Storage",
    "int64": "LongStorage",
    "int32": "IntStorage",
    "int16": "ShortStorage",
    "int8": "CharStorage",
    "uint8": "ByteStorage",
    "bool": "BoolStorage",
}


@dataclasses.dataclass
class Tensor:
    """A view of the numbers of a storage."""

    storage: np.ndarray
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int = 0
    is_parameter: bool = False

    @classmethod
    def of(cls, array: np.ndarray, **kwargs) -> Tensor:
        """A tensor with a storage of its own."""
        array = np.ascontiguousarray(array)
        strides = tuple(s // array.itemsize for s in array.strides)
        return cls(array.reshape(-1), array.shape, strides, **kwargs)


@contextlib.contextmanager
def _pretended_torch():
    """Modules that pickle finds the names in; PyTorch is not installed."""
    torch = types.ModuleType("torch")
    utils = types.ModuleType("torch._utils")
    for name in _TYPES.values():
        setattr(torch, name, type(name, (), {"__module__": "torch"}))
    for name in ("_rebuild_tensor_v2", "_rebuild_parameter"):

        def function():
            raise AssertionError

        function.__module__, function.__qualname__ = "torch._utils", name
        setattr(utils, name, function)
    names = {"torch": torch, "torch._utils": utils}
    before = {name: sys.modules.get(name) for name in names}
    sys.modules.update(names)
    try:
        yield torch, utils
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


class _Pickler(pickle.Pickler):
    def __init__(self, stream, torch, utils, protocol, is_stream):
        super().__init__(stream, protocol)
        self.torch, self.utils, self.is_stream = torch, utils, is_stream
        self.storages = {}

    def persistent_id(self, value):
        if not isinstance(value, np.ndarray):
            return None
        key = str(id(value))
        self.storages[key] = value
        storage_type = getattr(self.torch, _TYPES[value.dtype.name])
        identity = ("storage", storage_type, key, "cpu", value.size)
        return (*identity, None) if self.is_stream else identity

    def reducer_override(self, value):
        if not isinstance(value, Tensor):
            return NotImplemented
        if value.is_parameter:
            plain = dataclasses.replace(value, is_parameter=False)
            return self.utils._rebuild_parameter, (plain, True, OrderedDict())
        return self.utils._rebuild_tensor_v2, (
            *(value.storage, value.offset, value.shape, value.strides),
            *(False, OrderedDict()),
        )


def save_archive(state, protocol: int = 2) -> bytes:
    """As since PyTorch 1.6."""
    data, result = io.BytesIO(), io.BytesIO()
    with _pretended_torch() as modules:
        pickler = _Pickler(data, *modules, protocol, is_stream=False)
        pickler.dump(state)
    with zipfile.ZipFile(result, "w") as archive:
        archive.writestr("archive/data.pkl", data.getvalue())
        archive.writestr("archive/byteorder", "little")
        for key, numbers in pickler.storages.items():
            archive.writestr(f"archive/data/{key}", numbers.tobytes())
        archive.writestr("archive/version", "3\n")
    return result.getvalue()


def save_stream(state, protocol: int = 2) -> bytes:
    """As before PyTorch 1.6."""
    result = io.BytesIO()
    pickle.dump(0x1950A86A20F9469CFC6C, result, protocol)
    pickle.dump(1001, result, protocol)
    pickle.dump({"little_endian": True}, result, protocol)
    with _pretended_torch() as modules:
        pickler = _Pickler(result, *modules, protocol, is_stream=True)
        pickler.dump(state)
    pickle.dump(sorted(pickler.storages), result, protocol)
    for key in sorted(pickler.storages):
        numbers = pickler.storages[key]
        result.write(struct.pack("<q", numbers.size) + numbers.tobytes())
    return result.getvalue()
