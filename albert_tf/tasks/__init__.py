"""Tasks, one a file, found by their names; nothing here needs TensorFlow."""

from __future__ import annotations

import difflib
import importlib
import pkgutil

from albert_tf.errors import UserError
from albert_tf.tasks.task import Task

__all__ = ["Task", "find_task", "task_of_model", "tasks"]


def tasks() -> dict[str, type[Task]]:
    """All tasks by name: the modules here, and whatever derives from `Task`."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    found, rest = {}, [Task]
    while rest:
        derived = rest.pop(0).__subclasses__()
        found.update({c.name: c for c in derived if hasattr(c, "name")})
        rest += derived
    return found


def find_task(name: str) -> type[Task]:
    """The task of a name.

    Raises:
        UserError: if there is none; near names are offered.
    """
    known = tasks()
    name = name.replace("-", "_")  # as others write fill-mask
    by_short_name = {task.short_name: task for task in known.values()}
    if name in by_short_name:
        return by_short_name[name]
    if name not in known:
        near = difflib.get_close_matches(name, known) or sorted(known)
        raise UserError(
            f"no task is called {name!r}; did you mean {' or '.join(near)}?"
        )
    return known[name]


def task_of_model(model) -> Task | None:
    """The task that a model was trained for.

    Args:
        model: a `PresetModel`.

    Returns:
        The task with the model's settings; None for a model of no task, such
        as an encoder.
    """
    by_model = {task.model_name: task for task in tasks().values()}
    for model_class in type(model).__mro__:
        task = by_model.get(model_class.__name__)
        if task is not None:
            config = model.get_config()
            return task(**{name: config[name] for name in task.setting_names()})
    return None
