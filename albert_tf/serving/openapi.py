"""What /openapi.json and the page /docs say of requests."""

from __future__ import annotations

from typing import Any

from albert_tf.serving.replies import columns_of, tensors_of
from albert_tf.serving.text_model import TextModel

DESCRIPTION = (
    "Answers for texts. A request that gets none is answered with 4xx and "
    '`{"error": "..."}`: 400 for a mistake in it, 413 for too much, 429 when '
    "the server is busy, with the seconds to wait in `Retry-After`. "
    "`Truncated-Sequences` counts sequences of which the model did not see all."
)
_TEXT = {"type": "string", "minLength": 1}


def predict(model: TextModel) -> dict[str, Any]:
    """Of `:predict`, with an example that the model answers."""
    texts = {"type": "array", "items": _TEXT, "minItems": 1}
    instance = _object(dict.fromkeys(model.takes, _TEXT), _needed(model))
    columns = _object(dict.fromkeys(model.takes, texts), _needed(model))
    schema = _object(
        {
            "instances": {
                "type": "array",
                "items": {"anyOf": [_TEXT, instance]},
                "minItems": 1,
            },
            "inputs": {"anyOf": [texts, columns]},
            "signature_name": {"enum": ["serving_default", "pairs"]},
        }
    )
    row = _example(model)
    rows = {"instances": [row]}
    by_column = {"inputs": {name: [text] for name, text in row.items()}}
    return _described(
        schema,
        {"rows": (rows, {"predictions": [model.sample]})}
        | {"columns": (by_column, {"outputs": columns_of([model.sample])})},
    )


def infer(model: TextModel) -> dict[str, Any]:
    """Of the V2 protocol's `infer`."""
    tensor = _object(
        {
            "name": {"enum": [*model.takes]},
            "shape": {"type": "array", "items": {"type": "integer"}},
            "datatype": {"const": "BYTES"},
            "data": {"type": "array", "items": _TEXT},
        },
        ["name", "shape", "datatype", "data"],
    )
    named = _object({"name": {"enum": [*model.sample]}}, ["name"])
    schema = _object(
        {
            "id": {"type": "string"},
            "inputs": {"type": "array", "items": tensor, "minItems": 1},
            "outputs": {"type": "array", "items": named, "minItems": 1},
        },
        ["inputs"],
    )
    asked = {
        "inputs": [
            {"name": name, "shape": [1], "datatype": "BYTES", "data": [text]}
            for name, text in _example(model).items()
        ]
    }
    answered = {
        "model_name": model.name,
        "model_version": model.version,
        "outputs": tensors_of([model.sample]),
    }
    return _described(schema, {"texts": (asked, answered)})


def _needed(model: TextModel) -> list[str]:
    return ["text", "pair"] if model.needs_pair else ["text"]


def _example(model: TextModel) -> dict[str, str]:
    return dict.fromkeys(_needed(model), model.task.sample)


def _object(properties: dict[str, Any], required=()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [*required],
        "additionalProperties": False,
    }


def _described(schema, examples) -> dict[str, Any]:
    """A request body, and the responses to it."""
    asked = {name: {"value": pair[0]} for name, pair in examples.items()}
    answered = {name: {"value": pair[1]} for name, pair in examples.items()}
    error = {"type": "object", "properties": {"error": {"type": "string"}}}
    refused = {"application/json": {"schema": error}}
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schema, "examples": asked}
            },
        },
        "responses": {
            "200": {
                "description": "the answers, in the order of the texts",
                "content": {"application/json": {"examples": answered}},
            },
            "400": {"description": "a mistake in it", "content": refused},
            "413": {"description": "too much", "content": refused},
            "429": {"description": "busy", "content": refused},
        },
    }
