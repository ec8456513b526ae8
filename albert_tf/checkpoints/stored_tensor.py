"""Arrays that have not been read yet."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from albert_tf.errors import UserError

# Tensors that share their numbers take more room than their file.
_LEAST_ROOM = 1 << 26
_ROOM = 8


@dataclasses.dataclass(frozen=True)
class StoredTensor:
    """An array in a file, of which only the shape is known so far.

    Attributes:
        shape: of what `read` gives.
        read: reads the numbers; raises `UserError` if they are damaged.
    """

    shape: tuple[int, ...]
    read: Callable[[], np.ndarray]

    def change(
        self, change: Callable[[np.ndarray], np.ndarray]
    ) -> StoredTensor:
        """The same with other axes.

        Args:
            change: gives a view, such as `np.transpose`.
        """
        shape = change(np.broadcast_to(np.float32(0), self.shape)).shape
        return StoredTensor(shape, lambda: change(self.read()))


def check_room(
    tensors: Iterable[StoredTensor], path: Path, file_bytes: int
) -> None:
    """Refuses shapes that a file of this size cannot hold.

    Raises:
        UserError: if the shapes are out of all proportion.
    """
    needed = 4 * sum(
        math.prod(max(1, size) for size in tensor.shape) for tensor in tensors
    )
    if needed > max(_LEAST_ROOM, _ROOM * file_bytes):
        raise UserError(
            f"{path}: damaged: says it holds tensors of {needed} bytes, but "
            f"has {file_bytes} bytes"
        )
