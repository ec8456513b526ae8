"""Ctrl-C between two steps instead of anywhere."""

from __future__ import annotations

import signal

import keras

from albert_tf.training.stop_signal import StopSignal


class Interruption(keras.callbacks.Callback):
    """Turns Ctrl-C into a `KeyboardInterrupt` at the end of the batch.

    An exception that comes up while TensorFlow calls back into Python may be
    lost there. A second Ctrl-C acts at once. Other threads than the main one
    get no signals and are left alone.

    Example:

    ```python
    with Interruption() as interruption:
        model.fit(x, y, callbacks=[interruption])
    ```
    """

    def __init__(self):
        super().__init__()
        self._signal = StopSignal(signal.SIGINT)

    def __enter__(self):
        self._signal.__enter__()
        return self

    def __exit__(self, *error):
        self._signal.__exit__(*error)

    def on_train_batch_end(self, batch, logs=None):
        """Raises `KeyboardInterrupt` if Ctrl-C was pressed."""
        self._check()

    def on_test_batch_end(self, batch, logs=None):
        """Raises `KeyboardInterrupt` if Ctrl-C was pressed."""
        self._check()

    def _check(self):
        if self._signal.requested:
            raise KeyboardInterrupt
