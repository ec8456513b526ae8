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
        found.update({c.name: c for c in derived if "name" in vars(c)})
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


def task_of_model(model, task_class: type[Task] | None = None) -> Task | None:
    """The task that a model was trained for.

    Args:
        model: a `PresetModel`.
        task_class: which one, where several have that kind of model; None for
            the one whose own it is.

    Returns:
        The task with the model's settings; None for a model of no task, such
        as an encoder.
    """
    if task_class is None:
        own = {
            task.model_name: task
            for task in tasks().values()
            if "model_name" in vars(task)
        }
        names = [c.__name__ for c in type(model).__mro__]
        task_class = next((own[name] for name in names if name in own), None)
    if task_class is None:
        return None
    config = model.get_config()
    return task_class(**{n: config[n] for n in task_class.setting_names()})
