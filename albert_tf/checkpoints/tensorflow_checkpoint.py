"""TensorFlow's files of variables: PREFIX.index and PREFIX.data-*."""

from __future__ import annotations

import contextlib
import errno
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from albert_tf.checkpoints.stored_tensor import StoredTensor, check_room
from albert_tf.errors import UserError

_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
_OPTIMIZER = re.compile(r"_?optimizer/|.*/\.OPTIMIZER_SLOT/")


def open_tensorflow(prefix: Path) -> dict[str, StoredTensor]:
    """Finds the floating-point variables of a checkpoint, by their names.

    Raises:
        UserError: if a file is missing, truncated or damaged.
    """
    return _open(prefix)[0]


def open_objects(prefix: Path) -> dict[str, StoredTensor]:
    """The same for a checkpoint of TensorFlow 2 objects.

    Such files are ordered by what holds what; the names here are those that
    the variables had, which do not depend on it. An optimizer's are left out.

    Raises:
        UserError: if a file is missing, truncated or damaged, it is of
            TensorFlow 1, or two variables have the same name.
    """
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf import trackable_object_graph_pb2

    tensors, reader = _open(prefix)
    if not reader.has_tensor(_GRAPH):
        raise UserError(
            f"{prefix}: is a checkpoint of TensorFlow 1; if Google's code "
            f"wrote it, say tf1:{prefix}"
        )
    graph = trackable_object_graph_pb2.TrackableObjectGraph()
    with _told(prefix):
        try:
            graph.ParseFromString(reader.get_tensor(_GRAPH))
        except DecodeError as error:
            raise ValueError(f"its graph of objects: {error}") from None
    named = {}
    for attribute in (a for node in graph.nodes for a in node.attributes):
        key, name = attribute.checkpoint_key, attribute.full_name
        if key not in tensors or _OPTIMIZER.match(key):
            continue
        if named.setdefault(name, key) != key:
            raise UserError(
                f"{prefix}: holds two variables that are called {name}"
            )
    return {name: tensors[key] for name, key in named.items()}


def _open(prefix: Path):
    """The tensors, and TensorFlow's reader of the file."""
    import tensorflow as tf

    with _told(prefix):
        reader = tf.train.load_checkpoint(str(prefix))
        dtypes = reader.get_variable_to_dtype_map()
        tensors = {
            name: _stored(prefix, reader, name, shape)
            for name, shape in reader.get_variable_to_shape_map().items()
            if dtypes[name].is_floating
        }
    files = prefix.parent.glob(f"{prefix.name}.data-*")
    size = sum(file.stat().st_size for file in files)
    check_room(tensors.values(), prefix, size)
    return tensors, reader


def _stored(prefix: Path, reader, name: str, shape: list[int]) -> StoredTensor:
    def read() -> np.ndarray:
        with _told(prefix):
            return reader.get_tensor(name).astype("float32", copy=False)

    return StoredTensor(tuple(shape), read)


@contextlib.contextmanager
def _told(prefix: Path) -> Iterator[None]:
    import tensorflow as tf

    try:
        yield
    # The reader raises these and more, depending on where a file is cut.
    except (tf.errors.OpError, LookupError, ValueError, RuntimeError) as error:
        reason = (str(error).strip() or repr(error)).splitlines()[0]
        raise UserError(
            f"{prefix}: truncated or damaged checkpoint: {reason}"
        ) from error


def write_tensorflow(prefix: Path, tensors: Mapping[str, np.ndarray]) -> None:
    """Writes variables by name.

    Raises:
        OSError: if they cannot be written.
    """
    import tensorflow as tf

    names = sorted(tensors)
    try:
        tf.raw_ops.SaveV2(
            prefix=str(prefix),
            tensor_names=names,
            shape_and_slices=[""] * len(names),
            tensors=[tf.constant(tensors[name]) for name in names],
        )
    except tf.errors.OpError as error:
        raise OSError(errno.EIO, error.message, str(prefix)) from error
