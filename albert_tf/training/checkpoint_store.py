"""Checkpoints of a run that are whole, checked, and few."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import load, save

from albert_tf.errors import UserError, warn
from albert_tf.files import new_directory

_ARRAYS, _FACTS = "state.safetensors", "state.json"
_PREFIX = "step-"


@dataclasses.dataclass(frozen=True)
class Saved:
    """One checkpoint.

    Attributes:
        step: steps that were done.
        arrays: the whole state by name.
        facts: what else was known, JSON-able.
    """

    step: int
    arrays: dict[str, np.ndarray]
    facts: dict


class CheckpointStore:
    """A directory with the last checkpoints of a run, and the best one.

    A checkpoint is a directory, `step-00001000`, that is renamed into its
    place when it is complete; it carries a checksum of its arrays.

    Args:
        directory: is made if it is not there.
        keep: how many of the last ones stay.
    """

    def __init__(self, directory: str | os.PathLike, keep: int = 3):
        self._directory = Path(directory)
        self._keep = keep

    def save(self, step: int, arrays: dict[str, np.ndarray], facts: dict):
        """Adds a checkpoint and removes those that are not to stay.

        Args:
            step: steps that were done.
            arrays: the whole state by name.
            facts: JSON-able; the checkpoint with the smallest "dev_loss" stays
                however old it is.

        Raises:
            UserError: it could not be written; those before are untouched.
        """
        data = save(arrays)
        state = {
            "step": step,
            "sha256": hashlib.sha256(data).hexdigest(),
            "facts": facts,
        }
        place = self._directory / f"{_PREFIX}{step:08d}"
        try:
            with new_directory(place, overwrite=True) as path:
                (path / _ARRAYS).write_bytes(data)
                (path / _FACTS).write_text(json.dumps(state, indent=2) + "\n")
        except UserError:
            with contextlib.suppress(OSError):  # others are in it
                self._directory.rmdir()
            raise
        self._remove_old()

    def load_newest(self) -> Saved | None:
        """The newest checkpoint that is not damaged.

        Warns of damaged ones. Also removes what a killed run left behind.

        Returns:
            None if nothing was ever saved.

        Raises:
            UserError: all checkpoints are damaged.
        """
        for left_over in self._directory.glob(f".{_PREFIX}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        places = self._places()
        for place in places:
            try:
                return _read(place)
            except (OSError, ValueError, KeyError) as error:
                warn(
                    f"{place}: is damaged ({error}); the checkpoint before it "
                    "is used"
                )
        if places:
            raise UserError(
                f"{self._directory}: all {len(places)} checkpoints are damaged"
            )
        return None

    def best(self) -> Path | None:
        """Where the checkpoint with the smallest "dev_loss" is, if any."""
        losses = {}
        for place in self._places():
            with contextlib.suppress(OSError, ValueError, KeyError):
                facts = json.loads((place / _FACTS).read_text())["facts"]
                losses[place] = facts["dev_loss"]
        return min(losses, key=losses.get, default=None)

    def _places(self) -> list[Path]:
        """All checkpoints, the newest first."""
        return sorted(self._directory.glob(f"{_PREFIX}*"), reverse=True)

    def _remove_old(self) -> None:
        best = self.best()
        for place in self._places()[self._keep :]:
            if place != best:
                shutil.rmtree(place)


def _read(place: Path) -> Saved:
    state = json.loads((place / _FACTS).read_text())
    data = (place / _ARRAYS).read_bytes()
    if hashlib.sha256(data).hexdigest() != state["sha256"]:
        raise ValueError("its checksum is wrong")
    return Saved(state["step"], load(data), state["facts"])
