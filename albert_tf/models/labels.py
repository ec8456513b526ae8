"""Names of classes."""

from __future__ import annotations

from collections.abc import Sequence

from albert_tf.errors import UserError


def check_labels(labels: Sequence[str], least: int = 2) -> list[str]:
    """The labels as a list of strings.

    Raises:
        UserError: if there are fewer than `least`, or one is there twice.
    """
    if isinstance(labels, str):
        raise UserError(f"labels must be a list of names; got {labels!r}")
    labels = [str(label) for label in labels]
    if len(labels) < least or len(set(labels)) != len(labels):
        number = {1: "one name", 2: "two different names"}[least]
        raise UserError(f"labels must be at least {number}; got {labels}")
    return labels
