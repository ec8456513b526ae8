"""Names of weights that stay the same wherever a model is put."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import keras


def named_weights(model: keras.Model) -> dict[str, keras.Variable]:
    """The weights of a model by the layers that hold them.

    `Variable.path` is no such name: it begins with whatever the model was
    made inside, and a layer without a name of its own is numbered by what the
    process made before.

    Returns:
        Variables by names such as "encoder/pooler/kernel", each once: one
        that several layers share has the name of the first.
    """
    named = {}
    seen = set()
    for name, variable in _walk(model, ""):
        if id(variable) in seen:
            continue
        seen.add(id(variable))
        if name in named:
            raise ValueError(
                f"two weights of {type(model).__name__} are called {name}; "
                "give their layers names that differ"
            )
        named[name] = variable
    return named


def _walk(layer, prefix: str) -> Iterator[tuple[str, keras.Variable]]:
    own = [*layer._trainable_variables, *layer._non_trainable_variables]
    for variable in own:
        yield prefix + variable.name, variable
    attributes = _attributes(layer)
    for child in layer._layers:
        name = child.name if _is_named(child) else attributes[id(child)]
        yield from _walk(child, f"{prefix}{name}/")


def _is_named(layer) -> bool:
    """Whether a layer has another name than Keras makes up for its class."""
    without_number = re.sub(r"_\d+$", "", layer.name)
    return without_number.replace("_", "") != type(layer).__name__.lower()


def _attributes(layer) -> dict[int, str]:
    """Names of the attributes that hold layers, also in lists and dicts."""
    names = {}
    # PyTorch keeps layers apart from other attributes.
    values = {**vars(layer), **vars(layer).get("_modules", {})}
    # What Keras and its backends keep for themselves comes last.
    for attribute, value in sorted(
        values.items(), key=lambda item: item[0].startswith("_")
    ):
        names.setdefault(id(value), attribute)
        if isinstance(value, Mapping):
            items = value.items()
        elif isinstance(value, list | tuple):
            items = enumerate(value)
        else:
            continue
        for key, item in items:
            names.setdefault(id(item), f"{attribute}_{key}")
    return names
