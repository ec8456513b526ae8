"""What a student learns from: the outputs of a larger model."""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from albert_tf import models
from albert_tf.data.labels import class_name
from albert_tf.data.rows import Rows
from albert_tf.errors import UserError, warn
from albert_tf.models.task_model import TaskModel
from albert_tf.tasks import tasks
from albert_tf.tasks.task import Task


class Teacher(abc.ABC):
    """Gives what each of a student's `soft_outputs` is to learn.

    Attributes:
        source: where it was read, for messages.
        checksum: a number that stands for all that it gives.
    """

    source: str
    checksum: int

    @abc.abstractmethod
    def targets(
        self,
        student: TaskModel,
        examples: Sequence[Any],
        rows: Rows,
        temperature: float,
        progress: Callable[[int], None] | None = None,
    ) -> dict[str, np.ndarray | list[np.ndarray]]:
        """What the student is to give, see `SoftOutput.soften`.

        Args:
            student: what learns.
            examples: maybe without labels.
            rows: what the student sees of them.
            temperature: what logits are divided by.
            progress: is told, now and then, how many more examples are done.

        Returns:
            By the names of outputs an array with a row for each of `rows`; for
            tokens a list of arrays, as long as the sequences.

        Raises:
            UserError: if the teacher does not fit the student.
        """


def check_taught(task: Task) -> None:
    """Raises `UserError` if a task's model cannot learn from a teacher."""
    if _soft_outputs(type(task)):
        return
    can = sorted(name for name, one in tasks().items() if _soft_outputs(one))
    raise UserError(
        f"teacher: {task.name} cannot learn from one, as its answers are not "
        f"choices that are scored one by one; {', '.join(can)} can"
    )


def _soft_outputs(task_class: type[Task]) -> dict:
    if task_class.learned_head is not None:
        return {}
    model_class = getattr(models, task_class.model_name)
    return getattr(model_class, "soft_outputs", {})


def label_order(
    source: str, theirs: Sequence[str], ours: Sequence[str]
) -> list[int]:
    """Where in a teacher's outputs each label of the student is.

    Args:
        source: of the teacher.
        theirs: its labels.
        ours: the student's.

    Raises:
        UserError: if they are others.
    """
    if [*theirs] == [f"LABEL_{i}" for i in range(len(ours))]:
        warn(
            f"{source}: does not name its labels; they are taken to be, in "
            f"this order, {', '.join(ours)}"
        )
        return [*range(len(ours))]
    places = {class_name(label): i for i, label in enumerate(theirs)}
    names = [*map(class_name, ours)]
    if {*places} != {*names}:
        only = [
            ", ".join(sorted(a - b)) or "none"
            for a, b in (
                ({*places}, {*names}),
                ({*names}, {*places}),
            )
        ]
        raise UserError(
            f"{source}: the teacher must have the student's labels, in any "
            f"order; only the teacher has: {only[0]}; only the student has: "
            f"{only[1]}"
        )
    return [places[name] for name in names]
