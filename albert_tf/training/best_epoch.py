"""The epoch whose weights are kept."""

from __future__ import annotations

import math
from collections.abc import Callable

import keras
import numpy as np

from albert_tf.errors import UserError
from albert_tf.evaluation.score import Score


class DivergedError(UserError):
    """The loss is no number any more."""


class BestEpoch(keras.callbacks.Callback):
    """Scores the dev examples after each epoch and keeps the best weights.

    The figures come into the history as `val_NAME`. Training ends early where
    the loss is no number any more, or after `patience` epochs without a
    better figure.

    Args:
        score: scores the model as it is.
        figure: which of the score's figures chooses.
        patience: how many epochs may be no better; None for any number.

    Attributes:
        best: the best score, None before the first epoch has ended.
        epoch: its epoch, from 1.
        weights: those of the model then.
    """

    def __init__(
        self, score: Callable[[], Score], figure: str, patience: int | None
    ):
        super().__init__()
        self._score, self.figure, self._patience = score, figure, patience
        self.weights: list[np.ndarray] | None = None
        self.best: Score | None = None
        self.epoch = 0

    def on_train_batch_end(self, batch, logs=None):
        """Raises `DivergedError` where the loss is no number."""
        if not math.isfinite(logs["loss"]):
            raise DivergedError(
                f"the loss became {logs['loss']} at step {batch + 1} of epoch "
                f"{self._running}: try a lower learning rate, or float32 in "
                "place of float16"
            )

    def on_epoch_begin(self, epoch, logs=None):
        """Notes which epoch runs."""
        self._running = epoch + 1

    def on_epoch_end(self, epoch, logs=None):
        """Scores; keeps the weights if they are better than before."""
        score = self._score()
        logs.update({f"val_{k}": v for k, v in score.figures.items()})
        figure = score.figures[self.figure]
        if self.best is None or figure > self.best.figures[self.figure]:
            self.best, self.epoch = score, epoch + 1
            self.weights = self.model.get_weights()
        elif (
            self._patience is not None
            and epoch + 1 - self.epoch >= self._patience
        ):
            self.model.stop_training = True

    def go_on(self, model, weights: list[np.ndarray], epoch: int) -> None:
        """Takes up what was the best epoch of a training, in `model`."""
        model.set_weights(weights)
        self.weights, self.epoch, self.best = weights, epoch, self._score()

    def restore(self) -> None:
        """Gives the model the best epoch's weights, if one has ended."""
        if self.weights is not None:
            self.model.set_weights(self.weights)
