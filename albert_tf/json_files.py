"""JSON files, with mistakes told in one line."""

from __future__ import annotations

import json
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
        values = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: not a readable JSON file: {error}") from (
            error
        )
    if not isinstance(values, dict):
        raise UserError(f"{path}: must hold a JSON object")
    return values


def write_json(path: str | os.PathLike, values: dict[str, Any]) -> None:
    """Writes a JSON object.

    Raises:
        ValueError: if a number is NaN or infinite, which JSON has no word for.
    """
    text = json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False)
    Path(path).write_text(f"{text}\n", encoding="utf-8")
