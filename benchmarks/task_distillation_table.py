"""Prints what `task_distillation.py` has measured, for docs/distillation.md."""

import json
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "task_distillation"
KINDS = ("teacher", "alone", "taught")


def table() -> str:
    """A row for each file of results."""
    paths = sorted(RESULTS.glob("*.json"))
    if not paths:
        return "Nothing is measured yet.\n"
    lines = [
        "| data | figure | labelled | teacher | student alone | student taught "
        "| teacher's file | student's file |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for path in paths:
        found = json.loads(path.read_text())
        teacher, alone, taught = (found[kind] for kind in KINDS)
        number = found["examples"]
        lines.append(
            f"| {path.stem} | {found['figure']} "
            f"| {number['labelled']:,} of {number['all']:,} "
            f"| {teacher['score']:.3f} | {alone['score']:.3f} "
            f"| {taught['score']:.3f} | {_file(teacher)} | {_file(taught)} |"
        )
    return "\n".join(lines) + "\n"


def _file(found: dict) -> str:
    size = found["int8_bytes"] / 1e6
    return f"{size:.1f} MB, {found['milliseconds']:.1f} ms"


if __name__ == "__main__":
    print(table(), end="")
