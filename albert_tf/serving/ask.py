"""What a request asks, whatever protocol it came by."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from albert_tf.errors import UserError
from albert_tf.json_files import parse_json
from albert_tf.serving.refusal import Refusal
from albert_tf.tokenizers.text_checks import check_text

TEXTS = ("text", "pair")
_SIGNATURES = ("serving_default", "pairs")
_PREDICT = '{"instances": [{"text": "..."}]}'
_INFER = (
    '{"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", '
    '"data": ["..."]}]}'
)


@dataclasses.dataclass(frozen=True)
class Ask:
    """Texts, and how the answers are to be written.

    Attributes:
        texts: with their pairs, or None, in order.
        by_column: whether the answers are wanted part by part, as TensorFlow
            Serving does for `inputs`.
        id: of a V2 request, to be given back.
        outputs: the parts that are wanted; None for all.
    """

    texts: Sequence[tuple[str, str | None]]
    by_column: bool = False
    id: str | None = None
    outputs: Sequence[str] | None = None


def read_predict(body: bytes) -> Ask:
    """A body of TensorFlow Serving's `:predict`.

    Raises:
        Refusal: it is something else.
    """
    values = _object(body, _PREDICT)
    _check_names(values, ("instances", "inputs", "signature_name"), "the body")
    signature = values.get("signature_name", _SIGNATURES[0])
    if signature not in _SIGNATURES:
        raise Refusal(
            400,
            f"signature_name={signature!r:.60} must be "
            f"{' or '.join(_SIGNATURES)}",
        )
    if ("instances" in values) == ("inputs" in values):
        raise Refusal(
            400, f'one of "instances" and "inputs" is needed, as in {_PREDICT}'
        )
    if "instances" in values:
        instances = _list(values["instances"], "instances")
        return Ask([_instance(x, n) for n, x in enumerate(instances)])
    inputs = values["inputs"]
    columns = inputs if isinstance(inputs, dict) else {"text": inputs}
    return Ask(_together(columns, "inputs"), by_column=True)


def read_infer(body: bytes) -> Ask:
    """A body of the V2 protocol's `infer`.

    Raises:
        Refusal: it is something else.
    """
    values = _object(body, _INFER)
    names = ("id", "inputs", "outputs", "parameters")
    _check_names(values, names, "the body")
    columns = {}
    for number, tensor in enumerate(_list(values.get("inputs"), "inputs")):
        place = f"inputs[{number}]"
        name = _name(tensor, place)
        if name in columns:
            raise Refusal(400, f'{place}: "{name}" is there twice')
        if name not in TEXTS:
            raise Refusal(
                400, f'{place}: "name" is {name!r:.60}, must be text or pair'
            )
        columns[name] = _tensor(tensor, place)
    outputs = values.get("outputs")
    if outputs is not None:
        outputs = [
            _name(one, f"outputs[{number}]")
            for number, one in enumerate(_list(outputs, "outputs"))
        ]
    name = values.get("id")
    if name is not None and not isinstance(name, str):
        raise Refusal(400, f'"id" must be a string; got {_kind(name)}')
    return Ask(_together(columns, "inputs"), id=name, outputs=outputs)


def _object(body: bytes, example: str) -> dict[str, Any]:
    if not body.strip():
        raise Refusal(400, f"the body is empty; send JSON such as {example}")
    try:
        return parse_json(body, strict=True)
    except UserError as error:
        reason = str(error).replace("not a readable JSON file", "not JSON")
        raise Refusal(400, f"the body: {reason}"[:300]) from error


def _instance(value: Any, number: int) -> tuple[str, str | None]:
    place = f"instances[{number}]"
    if isinstance(value, str):
        return _text(value, place), None
    if not isinstance(value, dict) or "text" not in value:
        raise Refusal(
            400,
            f'{place}: must be a string or {{"text": "..."}}; got '
            + ('no "text"' if isinstance(value, dict) else _kind(value)),
        )
    _check_names(value, TEXTS, place)
    return tuple(
        _text(value[name], f"{place}.{name}") if name in value else None
        for name in TEXTS
    )


def _together(
    columns: Mapping[str, Any], place: str
) -> list[tuple[str, str | None]]:
    """The rows of columns of texts."""
    _check_names(columns, TEXTS, place)
    if "text" not in columns:
        raise Refusal(400, f'{place}: has no "text"')
    lists = {
        name: [
            _text(text, f"{place}.{name}[{number}]")
            for number, text in enumerate(_list(texts, f"{place}.{name}"))
        ]
        for name, texts in columns.items()
    }
    texts = lists["text"]
    pairs = lists.get("pair", [None] * len(texts))
    if len(texts) != len(pairs):
        raise Refusal(
            400, f"{place}: {len(texts)} texts, but {len(pairs)} pairs"
        )
    return [*zip(texts, pairs, strict=True)]


def _tensor(tensor: dict[str, Any], place: str) -> list[Any]:
    """The data of a V2 tensor [B] or [B, 1]."""
    names = ("name", "shape", "datatype", "parameters", "data")
    _check_names(tensor, names, place)
    if tensor.get("datatype") != "BYTES":
        raise Refusal(
            400,
            f"{place}: datatype={tensor.get('datatype')!r:.60} must be "
            "'BYTES', which has texts",
        )
    data = _list(tensor.get("data"), f"{place}.data")
    data = [x[0] if isinstance(x, list) and len(x) == 1 else x for x in data]
    if tensor.get("shape") not in ([len(data)], [len(data), 1]):
        raise Refusal(
            400,
            f"{place}: shape={tensor.get('shape')!r:.60} must be "
            f"[{len(data)}], as data has {len(data)}",
        )
    return data


def _name(value: Any, place: str) -> str:
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        return value["name"]
    raise Refusal(400, f'{place}: must be an object with a "name"')


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise Refusal(400, f"{place}: must be a string; got {_kind(value)}")
    try:
        check_text(value, place)
    except UserError as error:
        raise Refusal(400, error) from error
    if not value or value.isspace():
        raise Refusal(400, f"{place}: the text is empty")
    return value


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        got = "an empty one" if value == [] else _kind(value)
        raise Refusal(
            400, f"{place}: must be a list of one at least; got {got}"
        )
    return value


def _check_names(
    values: Mapping[str, Any], known: Iterable[str], place: str
) -> None:
    unknown = next((name for name in values if name not in known), None)
    if unknown is not None:
        raise Refusal(
            400,
            f"{place}: {unknown!r:.60} is not known; there may be "
            f"{', '.join(known)}",
        )


def _kind(value: Any) -> str:
    """What JSON calls it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a boolean"
    kinds = {dict: "an object", list: "a list", str: "a string"}
    return kinds.get(type(value), "a number")
