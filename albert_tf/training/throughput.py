"""How fast a step could be on this machine."""

from __future__ import annotations

import time

import tensorflow as tf

_SIZE = 2048
_TRIALS = 5


def measure_matmul_flops(precision: str = "float32") -> float:
    """Floating-point operations a second of a large matrix product.

    Args:
        precision: of Keras' policies, such as "mixed_bfloat16".

    Returns:
        The best of a few trials on the default device.
    """
    dtype = precision.removeprefix("mixed_")
    matrix = tf.cast(tf.random.normal((_SIZE, _SIZE), seed=0), dtype)
    product = tf.function(lambda x: tf.reduce_max(tf.matmul(x, x)))
    product(matrix).numpy()
    seconds = []
    for _ in range(_TRIALS):
        start = time.perf_counter()
        product(matrix).numpy()
        seconds.append(time.perf_counter() - start)
    return 2 * _SIZE**3 / min(seconds)
