"""Many sequences, a few at a time, in a TensorFlow graph."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

_MOST_ROWS = 32  # that the model sees at once


def in_parts(run: tf.types.experimental.PolymorphicFunction, inputs: Sequence):
    """Runs a model on parts of its rows, one after the other.

    One long text may have thousands of windows, whose attention all at once
    would take gigabytes.

    Args:
        run: has a signature; gives tensors [R, ...] by name.
        inputs: tensors [R, L].

    Returns:
        Tensors [R, ...] by name.
    """
    size, length = tf.unstack(tf.shape(inputs[0]))
    parts = (size + _MOST_ROWS - 1) // _MOST_ROWS
    rows = (size + parts - 1) // parts  # as many in each, or one less
    missing = parts * rows - size
    inputs = [
        tf.reshape(tf.pad(x, [[0, missing], [0, 0]]), [parts, rows, length])
        for x in inputs
    ]
    outputs = run.get_concrete_function().structured_outputs
    found = tf.map_fn(
        lambda part: run(*part),
        inputs,
        parallel_iterations=1,
        fn_output_signature={
            name: tf.TensorSpec(output.shape, output.dtype)
            for name, output in outputs.items()
        },
    )
    return {
        name: tf.ensure_shape(
            tf.reshape(x, tf.concat([[-1], tf.shape(x)[2:]], 0))[:size],
            [None, *outputs[name].shape[1:]],
        )
        for name, x in found.items()
    }
