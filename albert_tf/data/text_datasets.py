"""`tf.data.Dataset`s of text, for `fit`, `evaluate` and `predict`."""

from __future__ import annotations

from collections.abc import Callable

from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError

_NAMES = ("token_ids", "segment_ids", "padding_mask")


def has_text(dataset) -> bool:
    """Whether the elements of a `tf.data.Dataset` begin with strings."""
    import tensorflow as tf

    first = tf.nest.flatten(dataset.element_spec)[0]
    return getattr(first, "dtype", None) == tf.string


def encode_dataset(
    dataset, preprocessor: TextPreprocessor, target_ids: Callable
):
    """Replaces the texts in a dataset by model inputs.

    Args:
        dataset: batched; its elements are `texts`, `(texts,)`,
            `(texts, y)` or `(texts, y, sample_weight)`; texts are strings
            [B], or a tuple of two such for pairs. As everywhere in Keras, a
            tuple of two is `(texts, y)`, so pairs alone are `((a, b),)`.
        preprocessor: encodes the texts; each batch is padded to its longest.
        target_ids: turns a batch of `y` into numbers, [B].

    Returns:
        A `tf.data.Dataset` of the same batches.

    Raises:
        UserError: if the dataset is not batched.
    """
    import tensorflow as tf

    for spec in tf.nest.flatten(dataset.element_spec):
        if spec.shape.rank != 1:
            raise UserError(
                "a dataset of text must be batched: its elements have shape "
                f"{spec.shape} instead of [B]; call .batch(...) first"
            )

    def encode(texts, pairs=None):
        if pairs is not None:
            pairs = [text.decode() for text in pairs]
        features = preprocessor([text.decode() for text in texts], pairs)
        return [features[name] for name in _NAMES]

    def features(x):
        columns = list(x) if isinstance(x, tuple) else [x]
        tensors = tf.numpy_function(encode, columns, [tf.int32] * 3)
        for tensor in tensors:
            tensor.set_shape((columns[0].shape[0], None))
        return dict(zip(_NAMES, tensors, strict=True))

    def targets(y):
        if y.dtype != tf.string:
            return y
        ids = tf.numpy_function(target_ids, [y], tf.int32)
        ids.set_shape(y.shape)
        return ids

    def replace(x, *rest):
        if not rest:
            return features(x)
        return (features(x), targets(rest[0]), *rest[1:])

    return dataset.map(replace, tf.data.AUTOTUNE)
