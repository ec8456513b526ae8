"""The rules of `albert_tf.json`, which is not to be trusted."""

from __future__ import annotations

from typing import Any

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError, require
from albert_tf.files import is_plain_name
from export.fixed_lengths import FixedLengths
from export.quantization import KINDS, Quantization

FORMAT = 2
_SMALLEST_MAX_LENGTH = 3
_WORDS = {
    str: "a text",
    int: "a whole number",
    dict: "an object",
    list: "a list",
    type(None): "null",
}
_FIELDS = {
    "format": (int,),
    "model": (str,),
    "config": (dict,),
    "quantization": (str, dict),
    "task": (str, type(None)),
    "settings": (dict,),
    "preprocessor": (dict, type(None)),
    "network_bytes": (int,),
    "network_sha256": (str,),
}
# Only where a network takes sequences of a few lengths, where the archive has
# files that others read, and where there are several signatures.
_FURTHER_FIELDS = {
    "fixed_lengths": (dict,),
    "associated_files": (list,),
    "signatures": (list,),
}
_FIXED_LENGTHS = {"lengths": (list,), "token_outputs": (list,)}
_PREPROCESSOR = {
    "max_length": (int,),
    "tokenizer": (dict,),
    "vocabulary_sha256": (str,),
}
# Without these a configuration would say what is usual, not what is there.
_SIZES = ("vocab_size", "embedding_size", "max_position_embeddings")


def check_manifest(values: dict[str, Any]) -> dict[str, Any]:
    """Checks all but the vocabulary and what belongs to a task alone.

    Args:
        values: as they were read.

    Returns:
        The values as the newest format has them.

    Raises:
        UserError: if one is missing, unknown, of another kind, or does not fit
            the others.
    """
    number = values.get("format")
    if type(number) is int and number == 1:
        values = _from_first(values)
    elif type(number) is not int or number != FORMAT:
        raise UserError(
            f"its format is {number!r:.20}; 1 and {FORMAT} are known"
        )
    further = {n: k for n, k in _FURTHER_FIELDS.items() if n in values}
    _check_fields(values, {**_FIELDS, **further})
    quantization = Quantization.of(values["quantization"])
    config = values["config"]
    for name in _SIZES:
        if name not in config:
            raise UserError(f"config: {name} is missing")
    config = AlbertConfig.from_dict(config)
    rows = config.vocab_size + config.max_position_embeddings
    require(
        rows * config.embedding_size * KINDS[quantization.embeddings]
        <= 8 * values["network_bytes"],
        "is less than the configuration says",
        network_bytes=values["network_bytes"],
    )
    names = values.get("associated_files", ())
    if not all(type(name) is str and is_plain_name(name) for name in names):
        raise UserError(f"associated_files={names!r:.60} must be plain names")
    names = values.get("signatures", ["serving_default"])
    if not (names and all(type(n) is str and is_plain_name(n) for n in names)):
        raise UserError(f"signatures={names!r:.60} must be plain names")
    fixed = fixed_lengths_of(values)
    if values["preprocessor"] is not None:
        _check_fields(values["preprocessor"], _PREPROCESSOR)
        longest = config.max_position_embeddings
        if fixed is not None:
            longest = fixed.lengths[-1]
        require(
            _SMALLEST_MAX_LENGTH
            <= values["preprocessor"]["max_length"]
            <= longest,
            f"must be from {_SMALLEST_MAX_LENGTH} to {longest}",
            max_length=values["preprocessor"]["max_length"],
        )
    if "labels" in values["settings"]:
        _check_labels(values["settings"]["labels"])
    return values


def fixed_lengths_of(values: dict[str, Any]) -> FixedLengths | None:
    """The lengths of sequences that the network takes; None for any.

    Args:
        values: of which all but these are checked.

    Raises:
        UserError: if they do not fit the configuration.
    """
    if "fixed_lengths" not in values:
        return None
    fixed = values["fixed_lengths"]
    _check_fields(fixed, _FIXED_LENGTHS)
    for name, kind in (("lengths", int), ("token_outputs", str)):
        if any(type(item) is not kind for item in fixed[name]):
            raise UserError(
                f"{name}={fixed[name]!r:.60} must have {_WORDS[kind]} in each "
                "place"
            )
    longest = values["config"]["max_position_embeddings"]
    return FixedLengths.of(fixed["lengths"], longest, fixed["token_outputs"])


def _from_first(values: dict[str, Any]) -> dict[str, Any]:
    """Format 1 was for classifiers; others had no labels."""
    if "labels" not in values:
        raise UserError("labels is missing")
    labels = values["labels"]
    rest = {name: v for name, v in values.items() if name != "labels"}
    return {
        **rest,
        "format": FORMAT,
        "task": "classification" if labels else None,
        "settings": {"labels": labels} if labels else {},
    }


def _check_fields(
    values: dict[str, Any], fields: dict[str, tuple[type, ...]]
) -> None:
    for name in fields:
        if name not in values:
            raise UserError(f"{name} is missing")
    for name, value in values.items():
        if name not in fields:
            raise UserError(f"{name!r:.60} is not known")
        if type(value) not in fields[name]:  # true is no whole number
            words = " or ".join(_WORDS[kind] for kind in fields[name])
            raise UserError(f"{name}={value!r:.60} must be {words}")


def _check_labels(labels) -> None:
    if not (
        isinstance(labels, list)
        and labels
        and all(isinstance(label, str) for label in labels)
        and len(set(labels)) == len(labels)
    ):
        raise UserError(f"labels={labels!r:.60} must be different names")
