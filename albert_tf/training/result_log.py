"""The results of a run, a line of JSON each."""

from __future__ import annotations

import json
import math
from pathlib import Path

from albert_tf.errors import warn
from albert_tf.files import new_file


class ResultLog:
    """A JSON Lines file that a run adds to, however often it is killed.

    Args:
        path: the file; None for nowhere.
    """

    def __init__(self, path: Path | None):
        self._path = path

    def add(self, result: dict) -> None:
        """Adds a line; numbers that JSON has no word for become null."""
        if self._path is None:
            return
        values = {
            name: None if isinstance(v, float) and not math.isfinite(v) else v
            for name, v in result.items()
        }
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps(values) + "\n")

    def keep_until(self, step: int) -> list[dict]:
        """Removes results of later steps, and lines that are damaged.

        The last line of a killed run may be half a line.

        Returns:
            The results that stay.
        """
        if self._path is None or not self._path.exists():
            return []
        lines = self._path.read_bytes().splitlines(keepends=True)
        results = [_parse(line) for line in lines]
        damaged = results[:-1].count(None)
        if damaged:
            warn(f"{self._path}: {damaged} damaged lines are left out")
        kept = [
            (line, result)
            for line, result in zip(lines, results, strict=True)
            if result is not None and result["step"] <= step
        ]
        with new_file(self._path, overwrite=True) as temporary:
            temporary.write_bytes(b"".join(line for line, _ in kept))
        return [result for _, result in kept]


def _parse(line: bytes) -> dict | None:
    try:
        result = json.loads(line)
    except ValueError:  # of UTF-8 too
        return None
    is_whole = line.endswith(b"\n") and isinstance(result, dict)
    return result if is_whole and "step" in result else None
