"""The pickles in PyTorch's files, read without running anything.

Python's own unpickler calls what a pickle names and makes room for what a
pickle announces. This one knows the few operations that tensors need, and
calls nothing.
"""

from __future__ import annotations

import dataclasses
import io
import math
import pickletools
from typing import Any

from albert_tf.errors import UserError

# A state dictionary takes about 120 bytes a tensor.
MOST_BYTES = 1 << 20

# Names of PyTorch's storages, and NumPy's of their numbers. NumPy lacks
# bfloat16.
_STORAGES = {
    "torch.FloatStorage": "float32",
    "torch.DoubleStorage": "float64",
    "torch.HalfStorage": "float16",
    "torch.BFloat16Storage": "bfloat16",
    "torch.LongStorage": "int64",
    "torch.IntStorage": "int32",
    "torch.ShortStorage": "int16",
    "torch.CharStorage": "int8",
    "torch.ByteStorage": "uint8",
    "torch.BoolStorage": "bool",
}
_DICT = "collections.OrderedDict"
_TENSOR = "torch._utils._rebuild_tensor_v2"
_PARAMETER = "torch._utils._rebuild_parameter"
_MARK = object()


@dataclasses.dataclass(frozen=True)
class PickledStorage:
    """Where the numbers of tensors lie.

    Attributes:
        key: its name in the file.
        dtype: NumPy's name, or "bfloat16".
        size: how many numbers it has.
        start: the first of them in what has this name.
    """

    key: str
    dtype: str
    size: int
    start: int = 0


@dataclasses.dataclass(frozen=True)
class PickledTensor:
    """A view of a storage; all in numbers, not in bytes."""

    storage: PickledStorage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class _Global:
    """A name that the pickle asks for; nothing is imported."""

    name: str


class TensorUnpickler:
    """Reads one pickle after the other from a stream.

    Args:
        stream: holds them.

    Attributes:
        storages: all that were named so far, by their keys.

    Raises:
        UserError: from `load`, if a pickle asks for anything but tensors.
            Damaged ones raise `ValueError`, `LookupError` or `TypeError`.
    """

    def __init__(self, stream: io.BytesIO):
        self.storages: dict[str, PickledStorage] = {}
        self._stream = stream

    def load(self) -> Any:
        """The next pickle's value: dictionaries, lists, tensors, numbers."""
        self._stack: list = []
        self._memo: dict[int, Any] = {}
        for operation, argument, _ in pickletools.genops(self._stream):
            if operation.name == "STOP":
                return self._stack.pop()
            self._run(operation.name, argument)
        raise ValueError("a pickle without an end")

    def _run(self, operation: str, argument) -> None:
        stack, memo = self._stack, self._memo
        match operation:
            case "PROTO" | "FRAME":
                pass
            case "BININT" | "BININT1" | "BININT2" | "LONG1" | "BINFLOAT":
                stack.append(argument)
            case "BINUNICODE" | "SHORT_BINUNICODE":
                stack.append(argument)
            case "BINSTRING" | "SHORT_BINSTRING":  # of Python 2
                stack.append(argument)
            case "NONE" | "NEWTRUE" | "NEWFALSE":
                values = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
                stack.append(values[operation])
            case "EMPTY_TUPLE":
                stack.append(())
            case "EMPTY_LIST":
                stack.append([])
            case "EMPTY_DICT":
                stack.append({})
            case "MARK":
                stack.append(_MARK)
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                stack.append(self._pop(int(operation[-1])))
            case "TUPLE":
                stack.append(self._pop_to_mark())
            case "APPEND":
                self._extend(self._pop(1))
            case "APPENDS":
                self._extend(self._pop_to_mark())
            case "SETITEM":
                self._update(self._pop(2))
            case "SETITEMS":
                self._update(self._pop_to_mark())
            case "BINPUT" | "LONG_BINPUT":
                memo[argument] = stack[-1]
            case "MEMOIZE":
                memo[len(memo)] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(memo[argument])
            case "GLOBAL":
                stack.append(_check_global(argument.replace(" ", ".")))
            case "STACK_GLOBAL":
                stack.append(_check_global(".".join(self._pop(2))))
            case "REDUCE":
                stack.append(_call(*self._pop(2)))
            case "BUILD":  # such as `_metadata` of a state dictionary
                target, _ = self._pop(2)
                _require(isinstance(target, dict))
                stack.append(target)
            case "BINPERSID":
                stack.append(self._storage(*self._pop(1)))
            case _:
                raise UserError(f"its pickle has the operation {operation}")

    def _storage(self, reference) -> PickledStorage:
        kind, storage_type, key, _, size, *view = reference
        _require(kind == "storage" and isinstance(storage_type, _Global))
        _require(isinstance(key, str) and _is_size(size))
        storage = PickledStorage(key, _STORAGES[storage_type.name], size)
        _require(self.storages.setdefault(key, storage) == storage)
        if not view or view[0] is None:
            return storage
        _, start, view_size = view[0]
        _require(_is_size(start) and _is_size(view_size))
        _require(start + view_size <= size)
        return dataclasses.replace(storage, start=start)

    def _pop(self, count: int) -> tuple:
        values = tuple(self._stack[-count:])
        _require(len(values) == count)
        del self._stack[-count:]
        return values

    def _pop_to_mark(self) -> tuple:
        values = []
        while (value := self._stack.pop()) is not _MARK:
            values.append(value)
        return tuple(reversed(values))

    def _extend(self, values: tuple) -> None:
        _require(isinstance(self._stack[-1], list))
        self._stack[-1].extend(values)

    def _update(self, values: tuple) -> None:
        names, values = values[::2], values[1::2]
        _require(isinstance(self._stack[-1], dict))
        # Hashing a tuple of tuples of tuples may take forever.
        _require(all(isinstance(name, (str, int)) for name in names))
        self._stack[-1].update(zip(names, values, strict=True))


def _require(holds: bool) -> None:
    if not holds:
        raise ValueError("a pickle of another kind")


def _check_global(name: str) -> _Global:
    if name not in (*_STORAGES, _DICT, _TENSOR, _PARAMETER):
        raise UserError(
            f"its pickle names {name}, which is no part of a tensor, so it "
            "is not opened; nothing of it was run"
        )
    return _Global(name)


def _call(function, arguments):
    """What PyTorch would make by this call."""
    _require(isinstance(function, _Global) and isinstance(arguments, tuple))
    if function.name == _DICT:
        _require(not arguments)
        return {}
    if function.name == _PARAMETER:
        _require(isinstance(arguments[0], PickledTensor))
        return arguments[0]
    _require(function.name == _TENSOR)
    return _tensor(*arguments[:4])


def _tensor(storage, offset, shape, strides) -> PickledTensor:
    _require(isinstance(storage, PickledStorage) and _is_size(offset))
    _require(isinstance(shape, tuple) and isinstance(strides, tuple))
    _require(len(shape) == len(strides) <= 8)
    _require(all(_is_size(number) for number in (*shape, *strides)))
    if math.prod(shape):
        last = offset + sum(
            (size - 1) * stride
            for size, stride in zip(shape, strides, strict=True)
        )
        _require(storage.start + last < storage.size)
    return PickledTensor(storage, offset, shape, strides)


def _is_size(number) -> bool:
    return type(number) is int and 0 <= number < 1 << 48
