"""Ctrl-C and SIGTERM as a question that training asks between steps."""

from __future__ import annotations

import signal
import threading


class StopSignal:
    """Notes the first of some signals; a second one acts at once.

    Other threads than the main one get no signals, so that nothing is noted
    there.

    Example:

    ```python
    with StopSignal() as stop:
        while not stop.requested:
            step()
    ```

    Args:
        *signals: which; by default SIGINT and SIGTERM.

    Attributes:
        requested: whether one of them came.
    """

    def __init__(self, *signals: signal.Signals):
        self._signals = signals or (signal.SIGINT, signal.SIGTERM)
        self.requested = False
        self._before = {}

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            for number in self._signals:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *error):
        self._restore()

    def _note(self, number, frame):
        self.requested = True
        self._restore()

    def _restore(self):
        while self._before:
            signal.signal(*self._before.popitem())
