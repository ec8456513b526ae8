"""Names of classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from albert_tf.data.labels import class_name
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
    """Targets as names; None for floats and booleans, which are none.

    TensorFlow gives bytes, pandas objects.
    """
    if y.dtype.kind not in "iuOSTU":
        return None
    return [v.decode() if isinstance(v, bytes) else str(v) for v in y.tolist()]


def label_numbers(names: Sequence[str], labels: Sequence[str]) -> np.ndarray:
    """The places of names among the labels, int32 [B].

    Raises:
        UserError: if a name is not one of them.
    """
    numbers = {label: i for i, label in enumerate(labels)}
    by_class = {class_name(label): i for label, i in numbers.items()}
    for name in set(names) - set(numbers):
        number = by_class.get(class_name(name))
        if number is None:
            raise UserError(
                f"unknown label {name!r:.60}; the labels are "
                f"{', '.join(labels)}"
            )
        numbers[name] = number
    return np.array([numbers[name] for name in names], "int32")


def boolean_names(y: np.ndarray, labels: Sequence[str]) -> list[str]:
    """Booleans as names, where the labels are "true" and "false", or 1 and 0.

    Raises:
        UserError: if they have other names, of which a boolean says nothing.
    """
    folded = {class_name(label).casefold(): label for label in labels}
    for no, yes in (("false", "true"), ("0", "1")):
        if {no, yes} <= set(folded):
            return [folded[yes if value else no] for value in y.tolist()]
    raise UserError(
        f"booleans do not say which of the labels {', '.join(labels)} they "
        "mean; give names or numbers"
    )


def has_numbers(labels: Sequence[str]) -> bool:
    """Whether whole numbers are among the names: 1 is then "1", not class 1."""
    return any(
        class_name(label).removeprefix("-").isdecimal() for label in labels
    )
