"""A progress bar for `fit`."""

from __future__ import annotations

import contextlib
import time

import keras
from rich.console import Console

from albert_tf.data.batches import BucketedBatches
from albert_tf.training.bars import Bars


class TrainingProgress(keras.callbacks.Callback):
    """Shows step, loss and tokens per second, then a line an epoch.

    Args:
        batches: what is trained on; it knows the tokens of each batch.
        console: where to show it.
        figure: which figure of the dev examples to show.
    """

    def __init__(self, batches: BucketedBatches, console: Console, figure: str):
        super().__init__()
        self._figure = figure
        self._batches = batches
        self._console = console
        self._shown = contextlib.ExitStack()

    def on_epoch_begin(self, epoch, logs=None):
        """Starts the epoch's bar."""
        self._epoch = f"epoch {epoch + 1}/{self.params['epochs']}"
        self._start, self._tokens = time.perf_counter(), 0
        bars = self._shown.enter_context(Bars(self._console))
        self._advance = self._shown.enter_context(
            bars.bar(self._epoch, len(self._batches))
        )

    def on_train_batch_end(self, batch, logs=None):
        """Moves the bar."""
        self._tokens += self._batches.tokens(batch)
        self._seconds = time.perf_counter() - self._start
        self._advance(status=f"loss {logs['loss']:.3f}  {self._speed()}")

    def on_epoch_end(self, epoch, logs=None):
        """Replaces the bar by a line."""
        self.close()
        self._console.print(
            f"{self._epoch}  loss {logs['loss']:.3f}  "
            f"dev {self._figure.replace('_', ' ')} "
            f"{logs[f'val_{self._figure}']:.4f}  "
            f"{self._speed()} {self._seconds:.0f} s",
            highlight=False,
        )

    def close(self):
        """Takes the bar away, also when training ends in the middle of it."""
        self._shown.close()

    def _speed(self) -> str:
        return f"{self._tokens / self._seconds:,.0f} tokens/s"
