"""A TFLite model as bytes."""

from __future__ import annotations

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

_IDENTIFIER = b"TFL3"
_ALIGNMENT = 16  # of what buffers hold, as the schema says


def unpack(content: bytes) -> schema.ModelT:
    """The model in some bytes.

    Args:
        content: a TFLite model, maybe with buffers behind the others' end.

    Returns:
        The model with all content in `buffers`, as uint8 arrays.
    """
    model = schema.ModelT.InitFromPackedBuf(bytes(content), 0)
    for buffer in model.buffers:
        if buffer.offset:
            buffer.data = np.frombuffer(
                content, "uint8", buffer.size, buffer.offset
            )
            buffer.offset = buffer.size = 0
    return model


def pack(model: schema.ModelT) -> bytes:
    """The bytes of a model; the inverse of `unpack`.

    Lists of numbers that are alike, such as the scales of a matrix that
    several graphs read, are there once.

    Args:
        model: with arrays as `unpack` makes them.
    """
    builder = _SharingBuilder(0)
    builder.Finish(model.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


class _SharingBuilder(flatbuffers.Builder):
    """Writes an array where it is needed first, and then refers to it."""

    def __init__(self, size: int):
        super().__init__(size)
        self._places: dict[tuple[str, bytes], int] = {}

    def CreateNumpyVector(self, x: np.ndarray) -> int:  # noqa: N802
        """Called by the schema's classes."""
        key = x.dtype.str, x.tobytes()
        if key not in self._places:
            if x.dtype == np.uint8:
                self.Prep(_ALIGNMENT, x.nbytes)
            self._places[key] = super().CreateNumpyVector(x)
        return self._places[key]
