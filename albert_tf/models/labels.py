"""Names of classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from albert_tf.errors import UserError


def check_labels(labels: Sequence[str], least: int = 2) -> list[str]:
    """The labels as a list of strings.

    Raises:
        UserError: if there are fewer than `least`, or one is there twice.
    """
    if isinstance(labels, str) or not isinstance(labels, Iterable):
        raise UserError(f"labels must be a list of names; got {labels!r:.60}")
    labels = [str(label) for label in labels]
    if len(labels) < least or len(set(labels)) != len(labels):
        number = {1: "one name", 2: "two different names"}[least]
        raise UserError(f"labels must be at least {number}; got {labels}")
    return labels


def label_names(y: np.ndarray) -> list[str] | None:
    """Targets as names; None for floats, which are none.

    TensorFlow gives bytes, pandas objects.
    """
    if y.dtype.kind not in "biuOSTU":
        return None
    return [v.decode() if isinstance(v, bytes) else str(v) for v in y.tolist()]


def label_numbers(names: Sequence[str], labels: Sequence[str]) -> np.ndarray:
    """The places of names among the labels, int32 [B].

    Raises:
        UserError: if a name is not one of them.
    """
    numbers = {label: i for i, label in enumerate(labels)}
    unknown = next((name for name in names if name not in numbers), None)
    if unknown is not None:
        raise UserError(
            f"unknown label {unknown!r}; the labels are {', '.join(labels)}"
        )
    return np.array([numbers[name] for name in names], "int32")
