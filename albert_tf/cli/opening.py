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
    from albert_tf.checkpoints import read_checkpoint
    from albert_tf.models.loading import make_model
    from albert_tf.models.preset_model import heads
    from albert_tf.tasks import find_task

    if task_name is None:
        return models.load_model(source)
    task_class = find_task(task_name)
    checkpoint = read_checkpoint(source, heads())
    _check_head(checkpoint, task_class)
    return make_model(getattr(models, task_class.model_name), checkpoint)


def _check_head(checkpoint, task_class) -> None:
    """Refuses a source whose answers would be those of random weights."""
    if task_class.learned_head is None:
        return
    checkpoint.require_weights()
    from albert_tf.tasks import tasks

    by_head = {
        task.learned_head: task.name
        for task in tasks().values()
        if checkpoint.has_head(task.learned_head)
    }
    if task_class.learned_head not in by_head:
        others = " or ".join(sorted(by_head.values()))
        raise UserError(
            f"{checkpoint.source}: has no {task_class.learned_head}, which "
            f"{task_class.name} needs: "
            + (
                f"it is for --task {others}"
                if others
                else "give what pre-training wrote, or a source with that head"
            )
        )


def open_predictor(source: str, task_name: str | None = None):
    """A `Predictor` for what was exported or a Keras model.

    Args:
        source: a `.tflite` file, a SavedModel, or see `open_model`.
        task_name: see `open_model`; a file is for the tasks of its model.

    Raises:
        UserError: if a file is for another task's model.
    """
    from export.saved_model_files import is_saved_model

    path = Path(source)
    if source.endswith(".tflite") or path.is_file() or is_saved_model(path):
        return _open_file(source, task_name)
    from albert_tf.tasks import find_task
    from albert_tf.tasks.predictor import Predictor

    task_class = None if task_name is None else find_task(task_name)
    model = open_model(source, task_name)
    return Predictor.of_model(model, task_class=task_class)


def _open_file(source: str, task_name: str | None):
    import export
    from albert_tf.tasks import find_task

    predictor = export.load(source)
    if task_name is None:
        return predictor
    wanted = find_task(task_name)
    if wanted.model_name == predictor.task.model_name:
        settings = predictor.task.settings
        predictor.task = wanted(
            **{n: settings[n] for n in wanted.setting_names()}
        )
        return predictor
    raise UserError(
        f"{source}: is for {predictor.task.name}; for {task_name} write it by "
        f"`albert-tf export --task {task_name}`"
    )
