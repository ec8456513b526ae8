"""JSON files, with mistakes told in one line."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from albert_tf.errors import UserError


def read_json(path: str | os.PathLike) -> dict[str, Any]:
    """Reads a JSON object.

    Raises:
        UserError: if the file is missing or holds something else.
    """
    try:
        return parse_json(Path(path).read_bytes())
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except UserError as error:
        raise UserError(f"{path}: {error}") from error


def parse_json(text: bytes, strict: bool = False) -> dict[str, Any]:
    """Reads a JSON object.

    Args:
        text: in UTF-8.
        strict: whether to refuse what readers of JSON differ about: NaN and
            infinity, and the same name twice.

    Raises:
        UserError: if it is something else.
    """
    values = parse_json_value(text, strict)
    if not isinstance(values, dict):
        raise UserError("must hold a JSON object")
    return values


def parse_json_value(text: bytes, strict: bool = False) -> Any:
    """Reads JSON, whatever it holds; see `parse_json`."""
    hooks = {}
    if strict:
        hooks = {
            "parse_constant": _finite,
            "parse_float": _finite,
            "object_pairs_hook": _without_repeats,
        }
    try:
        return json.loads(text.decode("utf-8-sig"), **hooks)
    except (ValueError, RecursionError) as error:
        raise UserError(f"not a readable JSON file: {error}") from error


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(f"{word:.20} is no number")
    return number


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a name is there twice")
    return values


def write_json(
    path: str | os.PathLike, values: dict[str, Any] | list[Any]
) -> None:
    """Writes a JSON object, or a list.

    Raises:
        ValueError: if a number is NaN or infinite, which JSON has no word for.
    """
    text = json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False)
    Path(path).write_text(f"{text}\n", encoding="utf-8")
