"""What comes of a fine-tuning."""

from __future__ import annotations

import dataclasses

from albert_tf.evaluation.score import Score
from albert_tf.models.task_model import TaskModel


@dataclasses.dataclass(frozen=True)
class FinetuneResult:
    """What came of it.

    Attributes:
        model: with the best epoch's weights, or, if none has ended, those of
            the last step.
        score: what it scores on the dev examples.
        epochs: epochs that were finished.
        best_epoch: the one whose weights were kept, from 1; 0 if none ended.
        interrupted: whether Ctrl-C or SIGTERM ended the training.
        learning_rate: the peak that was used.
        truncated_share: share of the training sequences that were longer than
            `max_length`.
        padded_share: share of padding among the positions trained on.
        history: one list of values for each quantity, a value an epoch.
    """

    model: TaskModel
    score: Score
    epochs: int
    best_epoch: int
    interrupted: bool
    learning_rate: float
    truncated_share: float
    padded_share: float
    history: dict[str, list[float]]

    def to_dict(self) -> dict:
        """All but the model, ready for JSON."""
        values = {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if field.name not in ("model", "score")
        }
        return {"dev": self.score.to_dict(), **values}
