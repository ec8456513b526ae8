"""What a fine-tuning that is interrupted can go on from."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any

import keras

from albert_tf.errors import UserError
from albert_tf.training.best_epoch import BestEpoch
from albert_tf.training.checkpoint_store import CheckpointStore
from albert_tf.training.run_state import arrays_of, assign
from albert_tf.training.training_output import unfinished_directory

_LAST, _BEST = "last/", "best/"


class Unfinished(keras.callbacks.Callback):
    """Saves after each epoch all that the epochs after it need.

    A training that goes on from there ends with the same bits as one that was
    never interrupted. To be named after the callbacks `best` and `history`.

    Args:
        output: of the training. What is saved lies beside it, in
            `OUTPUT.unfinished`, until the training has ended.
        facts: what must be the same to go on, JSON-able.
        best: of the training.
        history: of the training.
    """

    def __init__(
        self,
        output: str | os.PathLike,
        facts: dict[str, Any],
        best: BestEpoch,
        history: keras.callbacks.History,
    ):
        super().__init__()
        self._directory = unfinished_directory(output)
        self._store = CheckpointStore(self._directory, keep=1)
        self._facts = json.loads(json.dumps(facts))
        self._best, self._history = best, history

    def on_epoch_end(self, epoch, logs=None):
        """Saves."""
        arrays = arrays_of(self.model, self.model.optimizer)
        self._store.save(
            epoch + 1,
            {f"{_LAST}{name}": array for name, array in arrays.items()}
            | {
                f"{_BEST}{number:04d}": array
                for number, array in enumerate(self._best.weights)
            },
            {
                "training": self._facts,
                "history": {
                    name: [float(value) for value in values]
                    for name, values in self._history.history.items()
                },
                "best_epoch": self._best.epoch,
            },
        )

    def restore(self, model: keras.Model) -> int:
        """Goes back to the end of the last epoch that was saved.

        Args:
            model: compiled, its optimizer built.

        Returns:
            How many epochs were done; 0 if nothing was saved.

        Raises:
            UserError: that was another training, or all of it is damaged.
        """
        saved = self._store.load_newest()
        if saved is None:
            return 0
        self._check_same(saved.facts["training"])
        best = sorted(k for k in saved.arrays if k.startswith(_BEST))
        self._best.go_on(
            model,
            [saved.arrays[name] for name in best],
            saved.facts["best_epoch"],
        )
        last = {
            name.removeprefix(_LAST): array
            for name, array in saved.arrays.items()
            if name.startswith(_LAST)
        }
        if not assign(model, model.optimizer, last):
            raise UserError(f"{self._directory}: is of another model")
        self._history.history.update(saved.facts["history"])
        return saved.step

    def remove(self) -> None:
        """Takes away what was saved."""
        shutil.rmtree(self._directory, ignore_errors=True)

    def _check_same(self, theirs: dict[str, Any]) -> None:
        for name, mine in self._facts.items():
            if theirs.get(name) != mine:
                raise UserError(
                    f"{self._directory}: holds a training with "
                    f"{name}={theirs.get(name)!r}, not {mine!r}; go on with "
                    "the same, or begin anew with --overwrite"
                )
