"""Prints what `tasks.py` has measured as a table, the one in docs/tasks.md."""

import json
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "tasks"


def table() -> str:
    """A row for each file of results."""
    lines = [
        "| data | task | figure | Keras | int8 file | baseline | training "
        "| other answers |",
        "| --- | --- | --- | ---: | ---: | --- | ---: | ---: |",
    ]
    for path in sorted(RESULTS.glob("*.json")):
        found = json.loads(path.read_text())
        figure, baseline = found["figure"], found["baseline"]
        files = found["files"]
        lines.append(
            f"| {path.stem} | `{found['task']}` | {figure} "
            f"| {found['figures'][figure]:.3f} "
            f"| {files['int8_score']:.3f} "
            f"| {baseline['value']:.3f} ({baseline['name']}) "
            f"| {found['seconds'] / 60:.0f} min "
            f"| {1 - files['float32_agreement']:.1%} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
