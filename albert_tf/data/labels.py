"""Class names <-> class numbers."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from albert_tf.data.example import Example
from albert_tf.errors import UserError, warn

# Longer rows of digits are names.
_NUMBER = re.compile(
    r"[+-]?(\d{1,99}\.?\d{0,99}|\.\d{1,99})([eE][+-]?\d{1,3})?"
)
_WHOLE = re.compile(r"([+-]?\d{1,99})(?:\.0*)?")
# Words that may stand for a missing label, or be a class.
_DOUBTFUL = frozenset(
    ("None", "none", "null", "NULL", "NA", "N/A", "nan", "NaN", "-", "?")
)
_LONGEST_SHOWN = 60  # characters of a label in a message
# So many different whole numbers are rather amounts than classes.
_MANY_NUMBERS = 20
_REGRESSION = "a regression learns amounts: --task regression"


def find_labels(examples: Sequence[Example]) -> list[str]:
    """Lists the classes that occur: sorted, by value if all are integers.

    Blanks around a label do not count, and whole numbers are the same with or
    without a fraction of zeros, as pandas adds it.

    Warns of labels that look like mistakes: that differ in white space or
    case only, that may stand for a missing label, or that may be amounts.

    Args:
        examples: each with a label.

    Returns:
        C class names; a class's number is its place in the list.

    Raises:
        UserError: an example has no label, all have the same, or the labels
            are numbers with fractions.
    """
    written = Counter(example.label for example in examples)
    if None in written:
        number = [example.label for example in examples].index(None) + 1
        raise UserError(f"example {number} has no label")
    warn_of_variants(written)
    counts = Counter()
    for label, count in written.items():
        counts[label.strip()] += count
    doubtful = [label for label in counts if label in _DOUBTFUL]
    sure = [label for label in counts if label not in _DOUBTFUL]
    if sure and all(map(_NUMBER.fullmatch, sure)):
        if doubtful:
            number = 1 + next(
                index
                for index, example in enumerate(examples)
                if example.label.strip() == doubtful[0]
            )
            raise UserError(
                f'example {number} has the label "{doubtful[0]}", the others '
                "have numbers; give it one too, or leave it out"
            )
        found = find_numbers(sure)
    else:
        for label in doubtful:
            warn(
                f'"{label}" is taken for a class of {counts[label]:,} '
                "examples; leave them out if it means that they have none",
            )
        found = sorted({class_name(label) for label in counts})
    if len(found) < 2:
        only = f'the same label "{found[0]}"' if found else "no label"
        raise UserError(
            f"all {len(examples)} examples have {only}; "
            "a classifier needs two classes or more"
        )
    return found


def are_numbers(labels: Iterable[str]) -> bool:
    """Whether all labels are numbers, whole or not."""
    return all(map(_NUMBER.fullmatch, labels))


def find_numbers(labels: Iterable[str]) -> list[str]:
    """The classes that numbers stand for, by value.

    Raises:
        UserError: one has a fraction.
    """
    fractions = [label for label in labels if not _WHOLE.fullmatch(label)]
    if fractions:
        shown = ", ".join(sorted(labels, key=float)[:3])
        raise UserError(
            f"the labels are {len(labels)} different numbers with fractions, "
            f"{shown} ..., so they are no names of classes; {_REGRESSION}"
        )
    found = sorted(
        {class_name(label) for label in labels},
        key=lambda label: (int(label), label),
    )
    with_point = sorted(label for label in labels if "." in label)
    if with_point:
        warn(
            f"labels such as {with_point[0]} are read as classes, "
            f"{', '.join(found[:10])}; {_REGRESSION}",
        )
    elif len(found) > _MANY_NUMBERS:
        warn(
            f"{len(found)} different numbers are read as classes; "
            f"{_REGRESSION}",
        )
    return found


def warn_of_variants(labels: Iterable[str]) -> None:
    """Warns of labels that look alike: by white space, case, or their code."""
    groups = {}
    for label in labels:
        key = unicodedata.normalize("NFKC", label)
        key = "".join(c for c in key if unicodedata.category(c) != "Cf")
        key = " ".join(key.split()).casefold()
        groups.setdefault(key, []).append(label)
    alike = [group for group in groups.values() if len(group) > 1]
    if not alike:
        return
    classes = len({label.strip() for label in alike[0]})
    kind = "in white space or case"
    if len({" ".join(x.split()).casefold() for x in alike[0]}) > 1:
        kind = "in how their letters are written"
    warn(
        f"the labels {_listed(alike[0])} differ {kind} only, "
        f"and are read as {classes} class{'es' if classes > 1 else ''}"
        + (f"; so do {len(alike) - 1} more" if len(alike) > 1 else ""),
    )


def label_ids(
    examples: Sequence[Example], labels: Sequence[str], path=None
) -> np.ndarray:
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
    for label in {example.label for example in examples} - {None, *labels}:
        if class_name(label) in numbers:
            numbers[label] = numbers[class_name(label)]
    ids = np.empty(len(examples), np.int32)
    for index, example in enumerate(examples):
        number = numbers.get(example.label)
        if number is None:
            place = "" if path is None else f"{path}: "
            mistake = unknown_label(index + 1, example.label, labels)
            raise UserError(place + mistake)
        ids[index] = number
    return ids


def class_name(label: str) -> str:
    """A label without blanks around it; whole numbers without a fraction."""
    label = label.strip()
    whole = _WHOLE.fullmatch(label)
    return whole[1] if whole else label


def unknown_label(number: int, label: str | None, labels: Iterable[str]) -> str:
    """What to say of an example whose label is none that is known.

    Args:
        number: of the example, from 1.
        label: what it has.
        labels: the names that are known.
    """
    if label is None:
        return f"example {number} has no label"
    labels = [*labels]
    more = f" ... ({len(labels)} in all)" if len(labels) > 10 else ""
    message = (
        f"example {number} has the unknown label {_listed([label])}; known: "
        f"{_listed(labels[:10])}{more}"
    )
    is_number = _NUMBER.fullmatch(label.strip()) is not None
    if all(bool(_NUMBER.fullmatch(one)) != is_number for one in labels):
        kinds = ("numbers", "names") if is_number else ("names", "numbers")
        return (
            f"{message}; these labels are {kinds[0]}, the known ones "
            f"{kinds[1]}: write them alike"
        )
    folded = {one.casefold(): one for one in labels}
    near = difflib.get_close_matches(label.casefold(), folded, 1)
    return f'{message}; did you mean "{folded[near[0]]}"?' if near else message


def _listed(labels: Iterable[str]) -> str:
    """Labels in quotes, with whatever cannot be seen as a code."""
    return ", ".join(map(_shown, labels))


def _shown(label: str) -> str:
    text = json.dumps(label[:_LONGEST_SHOWN], ensure_ascii=False)
    return "".join(
        c
        if c == " " or not (c.isspace() or unicodedata.category(c) == "Cf")
        else f"\\u{ord(c):04x}"
        for c in text
    ) + ("..." if len(label) > _LONGEST_SHOWN else "")
