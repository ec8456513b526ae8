"""`tf.data.Dataset`s of text, for `fit`, `evaluate` and `predict`."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator

import numpy as np

from albert_tf.data.features import INPUTS
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError

_NOTHING = -1  # a target where nothing is compared


def has_text(dataset) -> bool:
    """Whether the elements of a `tf.data.Dataset` begin with strings."""
    import tensorflow as tf

    first = tf.nest.flatten(dataset.element_spec)[0]
    return getattr(first, "dtype", None) == tf.string


def encode_dataset(
    dataset, preprocessor: TextPreprocessor, encode_targets: Callable | None
):
    """Replaces the texts in a dataset by model inputs, and labels by numbers.

    Args:
        dataset: batched; its elements are `texts`, `(texts,)`,
            `(texts, y)` or `(texts, y, sample_weight)`; texts are strings
            [B], or a tuple of two such for pairs. As everywhere in Keras, a
            tuple of two is `(texts, y)`, so pairs alone are `((a, b),)`.
        preprocessor: encodes the texts; each batch is padded to its longest.
        encode_targets: turns a batch of labels, strings [B] or numbers, into
            numbers of the same shape, and refuses what is no label; None to
            leave them out. Ragged targets, of tokens, are padded with -1.

    Returns:
        A `tf.data.Dataset` of the same batches. Iterate over it within
        `user_errors`.

    Raises:
        UserError: if the dataset is not batched.
    """
    import tensorflow as tf

    spec = dataset.element_spec
    texts, *rest = spec if isinstance(spec, tuple) else (spec,)
    for column in tf.nest.flatten(texts):
        _check_rank("text", column)
    if rest and getattr(rest[0], "dtype", None) == tf.string:
        _check_rank("labels", rest[0])

    def encode(*columns):
        features = preprocessor(*map(_decode, columns))
        return [features[name] for name in INPUTS]

    def features(x):
        columns = list(x) if isinstance(x, tuple) else [x]
        tensors = tf.numpy_function(encode, columns, [tf.int32] * 3)
        for tensor in tensors:
            tensor.set_shape((columns[0].shape[0], None))
        return dict(zip(INPUTS, tensors, strict=True))

    def targets(y):
        if isinstance(y, tf.RaggedTensor):  # of tokens, which are not names
            return y.to_tensor(_NOTHING)
        is_text = y.dtype == tf.string
        dtype = tf.int32 if is_text else y.dtype

        def encode(y):
            numbers = encode_targets(np.array(_decode(y)) if is_text else y)
            return np.reshape(numbers, y.shape).astype(dtype.as_numpy_dtype)

        numbers = tf.numpy_function(encode, [y], dtype)
        numbers.set_shape(y.shape)
        return numbers

    def replace(x, *rest):
        if not rest or encode_targets is None:
            return features(x)
        y = tf.nest.map_structure(targets, rest[0])
        return (features(x), y, *rest[1:])

    return dataset.map(replace, tf.data.AUTOTUNE)


@contextlib.contextmanager
def user_errors() -> Iterator[None]:
    """Raises the `UserError` that TensorFlow makes an error of its own of."""
    try:
        yield
    except Exception as error:
        told = re.search(r"\bUserError: (.*)\n", str(error))
        if told is None or isinstance(error, UserError):
            raise
        raise UserError(told[1]) from None


def _check_rank(what: str, spec) -> None:
    if spec.shape.rank != 1:
        raise UserError(
            f"a dataset of text must be batched: its {what} have shape "
            f"{spec.shape} instead of [B]; call .batch(...) first"
        )


def _decode(column: np.ndarray) -> list[str]:
    try:
        return [item.decode() for item in column]
    except UnicodeDecodeError as error:
        raise UserError(
            f"a string in the dataset is not UTF-8: {error.object[:60]!r}, "
            f"at byte {error.start}"
        ) from None
