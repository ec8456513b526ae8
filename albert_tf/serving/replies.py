"""Answers in the words of the protocols."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from albert_tf.serving.refusal import Refusal

_Answers = Sequence[Mapping[str, Any]]


def columns_of(answers: _Answers) -> dict[str, list[Any]]:
    """The parts of answers, each with one value an answer.

    Args:
        answers: what `Task.to_json` gives, one at least.

    Raises:
        Refusal: if they do not have the same parts.
    """
    names = [*answers[0]]
    for number, answer in enumerate(answers):
        if [*answer] != names:
            raise Refusal(
                400,
                f"the answer to text {number} has the parts "
                f"{', '.join(answer)}, the first one {', '.join(names)}: ask "
                "for them one request each, or by instances",
            )
    return {name: [answer[name] for answer in answers] for name in names}


def tensors_of(
    answers: _Answers, wanted: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Answers as tensors of the V2 protocol, with B rows.

    What is a string, a number with a fraction or a vector of such is a tensor
    of its own kind. All else, such as the scores of labels or the places of
    entities, has no rectangular shape: it is one string of JSON a row.

    Args:
        answers: see `columns_of`.
        wanted: the parts to give; None for all.

    Raises:
        Refusal: if they have no such part; see `columns_of` too.
    """
    columns = columns_of(answers)
    for name in wanted or ():
        if name not in columns:
            raise Refusal(
                400,
                f"outputs: there is no {name!r:.60}; there are "
                f"{', '.join(columns)}",
            )
    return [_tensor(name, columns[name]) for name in wanted or columns]


def _tensor(name: str, values: list[Any]) -> dict[str, Any]:
    kind, shape, data = "BYTES", [len(values)], values
    if all(isinstance(value, float) for value in values):
        kind = "FP32"
    elif all(_is_vector(value) for value in values):
        kind, shape = "FP32", [len(values), len(values[0])]
        data = [number for vector in values for number in vector]
    elif not all(isinstance(value, str) for value in values):
        data = [json.dumps(value, ensure_ascii=False) for value in values]
    return {"name": name, "shape": shape, "datatype": kind, "data": data}


def _is_vector(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(number, float) for number in value)
    )
