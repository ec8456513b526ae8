"""Which model or file a command is about."""

from __future__ import annotations

from pathlib import Path

from albert_tf.errors import UserError


def open_model(source: str, task_name: str | None = None):
    """The Keras model of a source.

    Args:
        source: see `PresetModel.from_preset`.
        task_name: what to use it for; None for what it was trained for.
    """
    from albert_tf import models
    from albert_tf.tasks import find_task

    if task_name is None:
        return models.load_model(source)
    model_class = getattr(models, find_task(task_name).model_name)
    return model_class.from_preset(source)


def open_predictor(source: str, task_name: str | None = None):
    """A `Predictor` for a file or a Keras model.

    Args:
        source: a `.tflite` file, or see `open_model`.
        task_name: see `open_model`; a file is for one task.

    Raises:
        UserError: if a file is for another task.
    """
    if source.endswith(".tflite") or Path(source).is_file():
        return _open_file(source, task_name)
    from albert_tf.tasks import find_task
    from albert_tf.tasks.predictor import Predictor

    task_class = None if task_name is None else find_task(task_name)
    model = open_model(source, task_name)
    return Predictor.of_model(model, task_class=task_class)


def _open_file(source: str, task_name: str | None):
    from albert_tf.tasks import find_task
    from export import open_tflite

    predictor = open_tflite(source)
    if task_name is None:
        return predictor
    wanted = find_task(task_name)
    if issubclass(wanted, type(predictor.task)):
        predictor.task = wanted(**predictor.task.settings)
        return predictor
    raise UserError(
        f"{source}: is for {predictor.task.name}; for {task_name} write it by "
        f"`albert-tf export --task {task_name}`"
    )
