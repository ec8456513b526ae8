"""All that a run must not lose."""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError, warn
from albert_tf.training.checkpoint_store import CheckpointStore
from albert_tf.training.strategies import is_chief

# Options that may change when a run goes on.
_CHANGEABLE = (
    "steps",
    "log_every",
    "checkpoint_every",
    "evaluate_every",
    "keep",
    "accumulate",
    "jit_compile",
    "rematerialize",
)


class RunState:
    """Names, saves and restores what a step changes; compares runs.

    Args:
        directory: of the checkpoints.
        model: what is trained.
        optimizer: built.
        facts: what must stay the same while a run goes on, JSON-able: groups
            of values by name.
        steps: how many the run has in all.
        schedule_of: the learning rate of each step, for a number of steps.
        keep: how many checkpoints stay, besides the best.
        strategy: of all workers; the chief saves.
    """

    def __init__(
        self,
        directory: Path,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        facts: dict[str, dict],
        steps: int,
        schedule_of: Callable,
        keep: int,
        strategy: tf.distribute.Strategy,
    ):
        self._directory, self._strategy = directory, strategy
        self._store = CheckpointStore(directory, keep)
        self._model, self._optimizer = model, optimizer
        self._steps, self._schedule_of = steps, schedule_of
        self._facts = json.loads(json.dumps(facts))

    def save(self, step: int, dev: dict[str, float] | None) -> None:
        """Adds a checkpoint, on the chief.

        Args:
            step: steps that were done.
            dev: what an evaluation gave there; the best one stays.
        """
        if not is_chief(self._strategy):
            return
        facts = {**self._facts, "steps": self._steps}
        if dev is not None:
            facts["dev"], facts["dev_loss"] = dev, dev["loss"]
        arrays = arrays_of(self._model, self._optimizer)
        self._store.save(step, arrays, facts)

    def restore(self) -> int:
        """Goes back to the newest checkpoint.

        Returns:
            Its step; 0 if there is none.

        Raises:
            UserError: it is of another run, or another worker is elsewhere.
        """
        saved = self._store.load_newest()
        step = 0 if saved is None else saved.step
        self._compare_workers(step)
        if saved is not None:
            self._check_same_run(saved.facts)
            self._check_steps(step, saved.facts.get("steps"))
            if not assign(self._model, self._optimizer, saved.arrays):
                raise UserError(f"{self._directory}: is of another run")
        return step

    def _check_same_run(self, facts) -> None:
        for name, mine in self._facts.items():
            # What came after the run began says nothing of it.
            theirs = facts.get(name, mine)
            if "hidden_size" in theirs:
                # Fields that came after the run began change nothing in it.
                theirs = {**AlbertConfig().to_dict(), **theirs}
            different = [k for k in mine if mine[k] != theirs.get(k)]
            if different:
                key = different[0]
                raise UserError(
                    f"{self._directory.parent}: holds a run with "
                    f"{key}={theirs.get(key)!r}, not {mine[key]!r}; choose "
                    "another output directory, or go on with the same options"
                )

    def _check_steps(self, step: int, planned: int | None) -> None:
        """Tells what another number of steps does to the learning rate."""
        steps = self._steps
        if step > steps:
            raise UserError(
                f"{self._directory.parent}: has done {step} steps already; "
                f"steps={steps} must be at least as many"
            )
        if planned in (None, steps) or step == steps:
            return
        rates = [self._schedule_of(number)(step) for number in (planned, steps)]
        warn(
            f"{self._directory.parent}: was to end after {planned} steps, now "
            f"after {steps}; at step {step} the learning rate goes from "
            f"{float(rates[0]):.2e} to {float(rates[1]):.2e}, and to 0 at step "
            f"{steps}"
        )

    def _compare_workers(self, step: int) -> None:
        """Raises `UserError` if workers do not go on at the same place."""
        if not self._strategy.extended._in_multi_worker_mode():
            return
        facts = zlib.crc32(json.dumps(self._facts).encode())
        mine = tf.constant([[step, facts]], tf.int64)

        def gather():
            context = tf.distribute.get_replica_context()
            return context.all_gather(mine, axis=0)

        gathered = self._strategy.run(tf.function(gather))
        local = self._strategy.experimental_local_results(gathered)[0].numpy()
        check_agreement(self._directory.parent, *local.T.tolist())


def arrays_of(model, optimizer) -> dict[str, np.ndarray]:
    """All that a step changes: weights, seeds, and what the optimizer keeps."""
    return {
        name: np.asarray(keras.ops.convert_to_numpy(variable))
        for name, variable in _variables(model, optimizer).items()
    }


def assign(model, optimizer, arrays: dict[str, np.ndarray]) -> bool:
    """The inverse of `arrays_of`.

    Returns:
        Whether they are of this model and optimizer; if not, nothing changes.
    """
    variables = _variables(model, optimizer)
    shapes = {name: tuple(v.shape) for name, v in variables.items()}
    if shapes != {name: array.shape for name, array in arrays.items()}:
        return False
    for name, variable in variables.items():
        variable.assign(arrays[name])
    return True


def _variables(model, optimizer) -> dict[str, keras.Variable]:
    """By number: names differ with what a process has made, or are equal."""
    groups = {"model": model.variables, "optimizer": optimizer.variables}
    return {
        f"{group}/{number:04d}": variable
        for group, variables in groups.items()
        for number, variable in enumerate(variables)
    }


def fixed_options(options) -> dict:
    """The options, a dataclass, that must stay while a run goes on."""
    return {
        name: value
        for name, value in dataclasses.asdict(options).items()
        if name not in _CHANGEABLE
    }


def check_output(output: Path) -> None:
    """Raises `UserError` if a directory has anything but a run in it."""
    found = {path.name for path in output.iterdir()} if output.is_dir() else ()
    if found and not found & {"checkpoints", "log.jsonl", "tensorboard"}:
        raise UserError(
            f"{output}: has other files, such as {min(found)}, and no run of "
            "training; choose another directory"
        )


def check_agreement(output: Path, steps: list[int], facts: list[int]) -> None:
    """Raises `UserError` if workers do not do the same.

    Args:
        output: directory of the run.
        steps: where each would go on.
        facts: a number of each that stands for its model and options.
    """
    if len(set(facts)) > 1:
        raise UserError(
            "the workers were started with different models, options or "
            "corpora; all need the same"
        )
    if len(set(steps)) > 1:
        raise UserError(
            f"{output}: the workers would go on at steps "
            f"{', '.join(map(str, steps))}; all need the same directory"
        )
