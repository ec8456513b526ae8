"""Prints what `quantization.py` has measured, the table in docs/export.md."""

import json
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "quantization"


def table() -> str:
    """A row for each kind of weights of each file of results."""
    lines = [
        "| model | weights | MB | with vocabulary | score | lost, points "
        "| same answers | time |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for path in sorted(RESULTS.glob("*.json")):
        found = json.loads(path.read_text())
        for kind, row in found["files"].items():
            lost = 100 * (found["keras"] - row["score"])
            lines.append(
                f"| {path.stem} | {kind} | {row['network_bytes'] / 1e6:.2f} "
                f"| {row['bytes'] / 1e6:.2f} | {100 * row['score']:.2f} "
                f"| {lost:.2f} | {row['same']:.1%} | {row['ratio']:.2f} |"
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
