"""Activation functions in one pass over the memory."""

from __future__ import annotations

from collections.abc import Callable

import keras
import tensorflow as tf

from albert_tf.layers import FeedForward


def fuse_activations(model: keras.Model) -> None:
    """Makes the feed-forward networks of a model faster to train.

    TensorFlow goes through the memory once for each operation of GELU, and
    in bfloat16, on processors, takes several times as long for that as for
    the matrix products. XLA compiles all of them into one loop, that of the
    gradient too, which computes in float32. The model is not to be exported
    any more.
    """
    networks = [
        layer
        for layer in model._flatten_layers()
        if isinstance(layer, FeedForward)
    ]
    activation = networks[0].intermediate.activation

    def compute(x):
        return tf.cast(activation(tf.cast(x, tf.float32)), x.dtype)

    # One function for all: each compiles anew for each shape.
    fused = _fuse(compute)
    for network in networks:
        network.intermediate.activation = fused


def _fuse(function: Callable) -> Callable:
    """A function of a tensor, and its gradient, each compiled into one loop."""

    def slope(x, upstream):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        return tape.gradient(y, x, upstream)

    compute_at_once = tf.function(function, jit_compile=True)
    slope_at_once = tf.function(slope, jit_compile=True)

    @tf.custom_gradient
    def fused(x):
        return compute_at_once(x), lambda dy: slope_at_once(x, dy)

    return fused
