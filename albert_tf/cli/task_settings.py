"""Options that only one task has."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from albert_tf.errors import UserError

_SAID = {"true": True, "false": False}
_KINDS = {bool: "true or false", int: "a whole number", float: "a number"}


def task_settings(task_class, given: Sequence[str]) -> dict[str, Any]:
    """What `of_examples` of a task takes by name only, from NAME=VALUE.

    Args:
        task_class: the task; the defaults of its method say which settings
            there are and what kind each is of.
        given: as on the command line.

    Raises:
        UserError: if the task has no such setting or it is of another kind.
    """
    parameters = inspect.signature(task_class.of_examples).parameters.values()
    kinds = {
        p.name: type(p.default) for p in parameters if p.kind is p.KEYWORD_ONLY
    }
    settings = {}
    for one in given:
        name, _, value = one.partition("=")
        if name not in kinds:
            raise UserError(
                f"--setting {one}: {task_class.name} has "
                f"{', '.join(kinds) or 'no settings'}"
            )
        try:
            settings[name] = _value(kinds[name], value)
        except (KeyError, ValueError):
            raise UserError(
                f"--setting {one}: {name} must be {_KINDS[kinds[name]]}"
            ) from None
    return settings


def _value(kind: type, text: str):
    return _SAID[text.lower()] if kind is bool else kind(text)
