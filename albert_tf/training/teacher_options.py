"""How to learn from a teacher."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

from albert_tf.data.text_files import bare_suffix
from albert_tf.errors import require


@dataclasses.dataclass(frozen=True)
class TeacherOptions:
    """Whom a fine-tuning learns from besides the labels, and how much.

    Attributes:
        teacher: a model that was fine-tuned for the same task, such as a
            directory of ours or hf:ID-or-directory; or a .jsonl file with a
            line for each example of --train and then of --unlabelled, as
            `predict --json` writes it: each label's score or logit.
        teacher_weight: share of the teacher in the loss, from 0 to 1; the
            labels have the rest.
        teacher_temperature: by what the logits of both are divided before
            they are compared; the higher, the more the teacher's second
            choices count.
    """

    teacher: str | None = None
    teacher_weight: float = 0.5
    teacher_temperature: float = 2.0

    def __post_init__(self):
        require(
            self.teacher is not None and str(self.teacher) != "",
            "must be a model or a file: weight and temperature are of one",
            teacher=self.teacher,
        )
        require(
            0 <= self.teacher_weight <= 1,
            "must be from 0 to 1",
            teacher_weight=self.teacher_weight,
        )
        require(
            0 < self.teacher_temperature < math.inf,
            "must be greater than 0",
            teacher_temperature=self.teacher_temperature,
        )

    @property
    def is_file(self) -> bool:
        """Whether the teacher is a file of what it gave."""
        return bare_suffix(Path(str(self.teacher))) == ".jsonl"
