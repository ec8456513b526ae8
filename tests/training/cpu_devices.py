"""Strategies for tests, each for a process of its own."""

import tensorflow as tf

from albert_tf.training.strategies import make_strategy


def strategy(name, workers=()):
    """As `make_strategy`; "mirrored" are two devices on one processor."""
    if name == "mirrored":
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration()] * 2
        )
        return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    if name == "workers":
        return make_strategy(name, workers[0].split(","), int(workers[1]))
    return make_strategy(name)
