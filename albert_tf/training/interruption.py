"""Ctrl-C and SIGTERM between two steps instead of anywhere."""

from __future__ import annotations

import keras

from albert_tf.training.stop_signal import StopSignal


class Interruption(keras.callbacks.Callback):
    """Turns a signal into a `KeyboardInterrupt` at the end of the batch.

    Signals are Ctrl-C and SIGTERM.

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
        self._signal = StopSignal()

    def __enter__(self):
        self._signal.__enter__()
        return self

    def __exit__(self, *error):
        self._signal.__exit__(*error)

    def on_train_batch_end(self, batch, logs=None):
        """Raises `KeyboardInterrupt` if a signal came."""
        self._check()

    def on_test_batch_end(self, batch, logs=None):
        """Raises `KeyboardInterrupt` if a signal came."""
        self._check()

    def _check(self):
        if self._signal.requested:
            raise KeyboardInterrupt
