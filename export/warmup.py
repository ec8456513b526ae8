"""Requests that TensorFlow Serving answers before it takes others.

A TFRecord file of `PredictionLog` messages. They are written byte by byte, as
the package that knows them does not go with every TensorFlow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import tensorflow as tf

from albert_tf.tokenizers.sentencepiece_file import varint

NAME = "tf_serving_warmup_requests"
_BYTES = 2  # the kind of a field that has a length
# Fields of PredictionLog, PredictLog, PredictRequest, ModelSpec, and of an
# entry of a map.
_PREDICT_LOG, _REQUEST, _MODEL_SPEC, _INPUTS = 6, 1, 1, 2
_MODEL_NAME, _SIGNATURE = 1, 3
_KEY, _VALUE = 1, 2


def write_warmup(
    path: Path, requests: Sequence[tuple[str, Mapping[str, list]]]
) -> None:
    """Writes requests.

    Args:
        path: the file, whose name must be `NAME`.
        requests: signatures, and their inputs by name.
    """
    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature, inputs in requests:
            writer.write(_prediction_log(signature, inputs))


def _prediction_log(signature: str, inputs: Mapping[str, list]) -> bytes:
    spec = _field(_MODEL_NAME, b"default")  # any; it is not looked at
    spec += _field(_SIGNATURE, signature.encode())
    request = _field(_MODEL_SPEC, spec)
    for name, values in inputs.items():
        tensor = tf.make_tensor_proto(values).SerializeToString()
        entry = _field(_KEY, name.encode()) + _field(_VALUE, tensor)
        request += _field(_INPUTS, entry)
    return _field(_PREDICT_LOG, _field(_REQUEST, request))


def _field(number: int, content: bytes) -> bytes:
    """A field of a protocol buffer: its key, its length, its content."""
    return bytes([number << 3 | _BYTES]) + varint(len(content)) + content
