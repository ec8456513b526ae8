"""A model whose outputs a smaller one learns."""

from __future__ import annotations

import numpy as np

from albert_tf import models
from albert_tf.errors import UserError
from albert_tf.models import load_model
from albert_tf.models.task_model import TaskModel
from albert_tf.tasks.predictor import Predictor
from albert_tf.tasks.task import Task
from albert_tf.training.checksum import checksum_of
from albert_tf.training.teacher import Teacher, label_order

_CHUNK = 256  # examples whose outputs are in memory before they are softened


class ModelTeacher(Teacher):
    """A model that was fine-tuned for the student's task.

    It reads texts by its own vocabulary. What is learned of words is compared
    word by word; of places in a text only where both vocabularies cut it into
    the same tokens.

    Args:
        source: see `PresetModel.from_preset`.
        task: of the student.
        batch_size: B.

    Raises:
        UserError: if it cannot be read, or is of another task.
    """

    def __init__(self, source: str, task: Task, batch_size: int):
        self.source = source
        self._model = load_model(source)
        self._check_kind(task)
        self._predictor = Predictor.of_model(self._model, batch_size)
        # What it is asked for, such as windows of the same stride.
        self._predictor.task = task
        self.checksum = checksum_of(self._model.get_weights())

    def _check_kind(self, task: Task) -> None:
        wanted = _kinds(getattr(models, task.model_name))
        if not wanted.items() <= _kinds(type(self._model)).items():
            raise UserError(
                f"{self.source}: is an {type(self._model).__name__}; a teacher "
                f"of {task.name} must be a model that was fine-tuned for it, "
                f"such as an {task.model_name}"
            )

    def targets(self, student, examples, rows, temperature, progress=None):
        """See `Teacher.targets`; answers in parts."""
        orders = self._orders(student)
        self._read_as(student)
        found = {name: [] for name in student.soft_outputs}
        for start in range(0, len(examples), _CHUNK):
            part = examples[start : start + _CHUNK]
            theirs = self._predictor.rows(part)
            outputs = self._predictor.outputs(theirs)
            for name, soft in student.soft_outputs.items():
                self._check_numbers(name, outputs[name])
                if self._is_of_places(name):
                    self._check_same_tokens(theirs, rows, start, len(part))
                found[name] += [
                    soft.soften(one[..., orders[name]], temperature)
                    for one in self._units(name, outputs[name], theirs, part)
                ]
            if progress is not None:
                progress(len(part))
        return {
            name: self._as_rows(name, values, rows)
            for name, values in found.items()
        }

    def _orders(self, student: TaskModel) -> dict[str, list[int] | slice]:
        """Where each output has the student's labels, by name."""
        return {
            name: slice(None)
            if soft.labels is None or soft.kind == "number"
            else label_order(
                self.source,
                getattr(self._model, soft.labels),
                getattr(student, soft.labels),
            )
            for name, soft in student.soft_outputs.items()
        }

    def _read_as(self, student: TaskModel) -> None:
        """Places in a text are the same only in sequences of one length."""
        if any(map(self._is_of_places, student.soft_outputs)):
            mine = self._predictor.preprocessor
            length = min(
                student.preprocessor.max_length,
                self._model.config.max_position_embeddings,
            )
            self._predictor.preprocessor = mine.with_max_length(length)

    def _is_of_places(self, name: str) -> bool:
        """Whether an output has a number for each token, not for its labels."""
        soft = self._model.soft_outputs[name]
        return name in self._model.token_outputs and soft.labels is None

    def _units(self, name: str, values, theirs, part) -> list[np.ndarray]:
        """An output as the student gets it, each of what has a row of its own.

        Returns:
            For words [W, C] an example, NaN for those without a token; for
            places [L] a sequence; else [C] an example.
        """
        if self._is_of_places(name):
            return values
        if name in self._model.token_outputs:
            return theirs.gather(values, part)
        firsts = np.searchsorted(theirs.examples, np.arange(len(part)))
        return [one.mean(0) for one in np.split(np.asarray(values), firsts[1:])]

    def _as_rows(self, name: str, values: list[np.ndarray], rows):
        """What the student's sequences are to give."""
        if self._is_of_places(name):
            return values
        if name in self._model.token_outputs:
            return rows.spread(values, "float32")
        return np.stack(values)[rows.examples]

    def _check_same_tokens(self, theirs, rows, start: int, number: int) -> None:
        first, last = np.searchsorted(rows.examples, [start, start + number])
        ids = [
            [one.token_ids for one in encodings]
            for encodings in (theirs.encodings, rows.encodings[first:last])
        ]
        if ids[0] != ids[1]:
            raise UserError(
                f"{self.source}: the teacher cuts texts into other tokens than "
                "the student; where an answer stands can be learned only from "
                "a teacher with the same vocabulary and length of sequences"
            )

    def _check_numbers(self, name: str, values) -> None:
        if not all(np.isfinite(one).all() for one in values):
            raise UserError(
                f"{self.source}: the teacher's {name} are not all numbers: its "
                "weights are damaged, or it has diverged"
            )


def _kinds(model_class: type) -> dict[str, tuple]:
    """What the outputs that a teacher may have are of, by name."""
    return {
        name: (one.kind, one.labels, name in model_class.token_outputs)
        for name, one in getattr(model_class, "soft_outputs", {}).items()
    }
