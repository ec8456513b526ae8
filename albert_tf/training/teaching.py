"""A fine-tuning's part that a teacher has."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from albert_tf.data.rows import Rows
from albert_tf.models.task_model import TaskModel
from albert_tf.models.taught_model import TaughtModel
from albert_tf.tasks.predictor import Predictor
from albert_tf.tasks.task import Task
from albert_tf.training.bars import Bars
from albert_tf.training.file_teacher import FileTeacher
from albert_tf.training.model_teacher import ModelTeacher
from albert_tf.training.teacher import check_taught
from albert_tf.training.teacher_options import TeacherOptions


class Teaching:
    """Asks a teacher once, and adds what it gave to the loss.

    Args:
        options: whom to ask, and how much the answers count.
        task: of the student.
        train: labelled examples.
        unlabelled: examples that only the teacher's answers are learned of.
        batch_size: B.

    Attributes:
        facts: what must be the same for a training to go on, JSON-able.

    Raises:
        UserError: if the teacher cannot be read or does not fit the task.
    """

    def __init__(
        self,
        options: TeacherOptions,
        task: Task,
        train: Sequence[Any],
        unlabelled: Sequence[Any],
        batch_size: int,
    ):
        check_taught(task)
        self._options = options
        self._examples = [*train, *unlabelled]
        self._has_more = len(unlabelled) > 0
        source = str(options.teacher)
        if options.is_file:
            self._teacher = FileTeacher(source, task, self._examples)
        else:
            self._teacher = ModelTeacher(source, task, batch_size)
        self.facts = {
            **dataclasses.asdict(options),
            "teacher": source,
            "checksum of the teacher": self._teacher.checksum,
            "examples without labels": len(unlabelled),
        }

    def lesson(
        self,
        student: TaskModel,
        predictor: Predictor,
        rows: Rows,
        console: Console | None,
    ) -> tuple[dict, Rows]:
        """What the teacher gives; it is asked once and then let go.

        Args:
            student: what learns.
            predictor: makes its rows.
            rows: of the labelled examples.
            console: where to show the progress; None for nowhere.

        Returns:
            What `training_batches` takes.
        """
        teacher, self._teacher = self._teacher, None
        if self._has_more:
            rows = predictor.rows(self._examples)
        with (
            Bars(console) as bars,
            bars.bar("teacher", len(self._examples)) as progress,
        ):
            taught = teacher.targets(
                student,
                self._examples,
                rows,
                self._options.teacher_temperature,
                progress,
            )
        return taught, rows

    def learner(self, student: TaskModel) -> TaughtModel:
        """What is trained: the student with the loss of both.

        Args:
            student: compiled.
        """
        learner = TaughtModel(
            student,
            self._options.teacher_weight,
            self._options.teacher_temperature,
        )
        learner.compile(student.optimizer, jit_compile=False)
        return learner
