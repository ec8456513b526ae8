"""Ctrl-C between two steps instead of anywhere."""

from __future__ import annotations

import signal
import threading

import keras


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
        self._noted = False
        self._before = None

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *error):
        self._restore()

    def on_train_batch_end(self, batch, logs=None):
        """Raises `KeyboardInterrupt` if Ctrl-C was pressed."""
        self._check()

    def on_test_batch_end(self, batch, logs=None):
        """Raises `KeyboardInterrupt` if Ctrl-C was pressed."""
        self._check()

    def _note(self, number, frame):
        self._noted = True
        self._restore()

    def _restore(self):
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None

    def _check(self):
        if self._noted:
            raise KeyboardInterrupt
