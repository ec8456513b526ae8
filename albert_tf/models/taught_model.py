"""A student with its teacher's outputs beside its own targets."""

from __future__ import annotations

import keras

from albert_tf.models.mean_loss import mean_loss
from albert_tf.models.task_model import TaskModel


class TaughtModel(keras.Model):
    """Trains a model on its targets and on what a teacher gave.

    The loss is (1 - w) times the student's own and w times the distance from
    the teacher's outputs, see `SoftOutput.distance`. The weights are the
    student's.

    Args:
        student: what learns, compiled.
        weight: w, from 0 to 1.
        temperature: that of the teacher's outputs.
        **kwargs: Keras' model arguments.
    """

    def __init__(
        self, student: TaskModel, weight: float, temperature: float, **kwargs
    ):
        super().__init__(dtype="float32", **kwargs)
        self.student = student
        self.weight, self.temperature = weight, temperature
        self.built = True

    def call(self, inputs, training=False):
        """What the student gives; see its own `call`."""
        return self.student(inputs, training=training)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The sum of both losses by their weights; called by Keras.

        Args:
            x: the inputs.
            y: `own`, the student's targets, and `teacher`, by name those of
                `SoftOutput.soften`.
            y_pred: what `call` returned.
            sample_weight: float [B], of the student's own loss, 0 for what
                has no target; or None.
            training: whether it is for a step of training.

        Returns:
            A scalar.
        """
        own = self.student.compute_loss(
            x, y["own"], y_pred, sample_weight, training
        )
        if not self.weight:
            return own
        taught = sum(
            self.student.soft_outputs[name].distance(
                targets, y_pred, name, self.temperature
            )
            for name, targets in y["teacher"].items()
        )
        return (1 - self.weight) * own + self.weight * mean_loss(taught)
