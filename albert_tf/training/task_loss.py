"""What a task is learned by."""

from __future__ import annotations

import keras

from albert_tf.errors import require
from albert_tf.models.task_model import TaskModel
from albert_tf.tasks.task import Task
from albert_tf.training.finetune_options import FinetuneOptions
from albert_tf.training.focal_crossentropy import FocalCrossentropy


def task_loss(
    model: TaskModel, task: Task, options: FinetuneOptions
) -> keras.Loss | None:
    """The loss that a model learns a task by; None for the model's own.

    Args:
        model: of the task.
        task: see `Task.loss_name`.
        options: may change the loss.

    Raises:
        UserError: if an option is of no use for this loss.
    """
    if task.loss_name is not None:
        arguments = {}
        if options.temperature is not None:
            arguments["temperature"] = options.temperature
        own = keras.saving.get_registered_object(task.loss_name)(**arguments)
    else:
        require(
            options.temperature is None,
            f"is for tasks that compare vectors; {task.name} is none",
            temperature=options.temperature,
        )
        own = model.default_loss()
    if not options.label_smoothing and not options.focal_gamma:
        return own
    name = "focal_gamma" if options.focal_gamma else "label_smoothing"
    require(
        isinstance(own, keras.losses.SparseCategoricalCrossentropy),
        f"is for one label of several, which {type(model).__name__} has not",
        **{name: getattr(options, name)},
    )
    return FocalCrossentropy(
        options.focal_gamma, options.label_smoothing, own.ignore_class
    )
