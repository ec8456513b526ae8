"""Class names <-> class numbers."""

import difflib

import numpy as np

from albert_tf.errors import UserError


def find_labels(examples) -> list[str]:
    """Lists the classes that occur: sorted, by value if all are integers.

    Args:
        examples: `Example`s, each with a label.

    Returns:
        C class names; a class's number is its place in the list.

    Raises:
        UserError: an example has no label, or all have the same.
    """
    found = {example.label for example in examples}
    if None in found:
        number = [example.label for example in examples].index(None) + 1
        raise UserError(f"example {number} has no label")
    if len(found) < 2:
        only = f'the same label "{found.pop()}"' if found else "no label"
        raise UserError(
            f"all {len(examples)} examples have {only}; "
            "a classifier needs two classes or more"
        )
    if all(label.removeprefix("-").isdecimal() for label in found):
        return sorted(found, key=lambda label: (int(label), label))
    return sorted(found)


def label_ids(examples, labels, path=None) -> np.ndarray:
    """Turns the labels of B examples into class numbers.

    Args:
        examples: B `Example`s, each with a label.
        labels: the C class names that are known, in their order.
        path: the file that the examples are from, for the message.

    Returns:
        int32 [B], each in 0 ... C-1.

    Raises:
        UserError: a label is not one of `labels`.
    """
    numbers = {label: number for number, label in enumerate(labels)}
    unknown = next(
        (
            (number, example.label)
            for number, example in enumerate(examples, 1)
            if example.label not in numbers
        ),
        None,
    )
    if unknown:
        place = "" if path is None else f"{path}: "
        raise UserError(f"{place}{_unknown_label(*unknown, labels)}")
    return np.array([numbers[example.label] for example in examples], np.int32)


def _unknown_label(number, label, labels):
    if label is None:
        return f"example {number} has no label"
    known = ", ".join(f'"{one}"' for one in labels[:10])
    if len(labels) > 10:
        known += f" ... ({len(labels)} in all)"
    message = (
        f'example {number} has the unknown label "{label}"; known: {known}'
    )
    near = difflib.get_close_matches(label, labels, 1)
    return f'{message}; did you mean "{near[0]}"?' if near else message
