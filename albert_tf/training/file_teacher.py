"""A file of what a teacher said of each text."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from albert_tf import models
from albert_tf.data.labels import class_name
from albert_tf.data.text_files import parse_object, read_lines, shorten
from albert_tf.errors import UserError, warn
from albert_tf.models.soft_output import SoftOutput
from albert_tf.tasks.task import Task
from albert_tf.training.checksum import checksum_of
from albert_tf.training.teacher import Teacher

_LEAST = 1e-30  # a probability whose logarithm is finite
_SUM = 1e-2  # by how much rounded probabilities may miss 1


class FileTeacher(Teacher):
    """JSON Lines with a number for each label, a line for each example.

    A line holds them by themselves, `{"good": 2.1, "bad": -0.3}`, or as
    `logits` or `scores` of what may have other fields too; `text`, where it is
    there, must be the example's. Where all lines are probabilities they are
    taken for such, else for logits; what is called `logits` always for them.

    Args:
        source: the file.
        task: of the student.
        examples: all that will be asked for, in the order of the lines.

    Raises:
        UserError: on a mistake in the file, or if the task's outputs are of
            tokens or of choices without names.
    """

    def __init__(self, source: str, task: Task, examples: Sequence[Any]):
        self.source = source
        path = Path(source)
        self._check_kind(task)
        self._lines = [
            (f"{path}:{number}", parse_object(f"{path}:{number}", line))
            for number, line in read_lines(path)
            if line.strip()
        ]
        if len(self._lines) != len(examples):
            raise UserError(
                f"{path}: has {len(self._lines):,} lines, but there are "
                f"{len(examples):,} examples; one line for each is needed"
            )
        for (place, row), example in zip(self._lines, examples, strict=True):
            _check_text(place, row, example)
        self._check_names()
        written = json.dumps([row for _, row in self._lines])
        self.checksum = checksum_of([np.frombuffer(written.encode(), "uint8")])

    def _check_kind(self, task: Task) -> None:
        model_class = getattr(models, task.model_name)
        outputs = model_class.soft_outputs.items()
        if len(outputs) > 1 or any(
            soft.labels is None or name in model_class.token_outputs
            for name, soft in outputs
        ):
            raise UserError(
                f"{self.source}: a file has one number for each label of a "
                f"text; {task.name} needs a model as its teacher"
            )

    def _check_names(self) -> None:
        """Of two files put together one may be of logits, and one not."""
        named = ["logits" in row for _, row in self._lines]
        if any(named) and not all(named):
            place, _ = self._lines[named.index(False)]
            raise UserError(
                f'{place}: has no "logits", which other lines have; all lines '
                "must have logits, or none"
            )

    def targets(self, student, examples, rows, temperature, progress=None):
        """See `Teacher.targets`; `examples` are those that it was made with."""
        ((name, soft),) = student.soft_outputs.items()
        labels = getattr(student, soft.labels)
        values = np.array(
            [_values(place, row, labels) for place, row in self._lines]
        )
        is_named = any("logits" in row for _, row in self._lines)
        if not is_named and _are_shares(values, soft):
            values = _log_odds(values, soft)
        elif not is_named:
            self._tell_of_logits(values, soft)
        if progress is not None:
            progress(len(examples))
        return {name: soft.soften(values, temperature)[rows.examples]}

    def _tell_of_logits(self, values: np.ndarray, soft: SoftOutput) -> None:
        """Warns of what may be meant as probabilities, but is none."""
        if soft.kind != "softmax" or values.min() < 0 or values.max() > 1:
            return
        sums = values.sum(-1)
        worst = int(abs(sums - 1).argmax())
        warn(
            f"{self._lines[worst][0]}: the numbers are taken for logits; "
            "were they probabilities, those of each line would sum up to 1, "
            f"and here it is {sums[worst]:.4g}"
        )


def _check_text(place: str, row: dict, example) -> None:
    text = row.get("text", example.text)
    if text != example.text:
        raise UserError(
            f"{place}: is of the text {text!r:.60}, but the example there is "
            f"{example.text!r:.60}; the lines must be in the examples' order"
        )


def _values(place: str, row: dict, labels: Sequence[str]) -> list[float]:
    """The numbers of a line in the order of the student's labels."""
    found = next(
        (row[k] for k in ("logits", "scores") if isinstance(row.get(k), dict)),
        {k: v for k, v in row.items() if k not in ("text", "pair")},
    )
    numbers = {class_name(label): value for label, value in found.items()}
    names = [*map(class_name, labels)]
    for label in numbers:
        if label not in names:
            raise UserError(
                f"{place}: has the unknown label {shorten(label)!r}; the "
                f"student's are {', '.join(labels)}"
            )
    for label in names:
        value = numbers.get(label)
        is_number = isinstance(value, int | float) and value is not True
        if not is_number or value is False or not math.isfinite(value):
            what = (
                "has no number"
                if label not in numbers
                else "has " + (shorten(json.dumps(value)))
            )
            raise UserError(
                f"{place}: {what} for {label!r}; a score or logit of each "
                f"label is needed: {', '.join(labels)}"
            )
    return [float(numbers[label]) for label in names]


def _are_shares(values: np.ndarray, soft: SoftOutput) -> bool:
    """Whether all numbers [n, C] are probabilities."""
    if soft.kind == "number" or values.min() < 0 or values.max() > 1:
        return False
    sums = values.sum(-1)
    return soft.kind == "sigmoid" or bool((abs(sums - 1) < _SUM).all())


def _log_odds(shares: np.ndarray, soft: SoftOutput) -> np.ndarray:
    """Logits that have these probabilities, float [n, C]."""
    logits = np.log(np.maximum(shares, _LEAST))
    if soft.kind == "sigmoid":
        # As near to 1 as numbers of this precision come.
        logits -= np.log(np.maximum(1 - shares, 1e-16))
    return logits
