"""Prints what `augmentation.py` measured, the table in docs/augmentation.md."""

import json
import statistics
from pathlib import Path

RESULT = Path(__file__).parent / "results" / "augmentation.json"
MODELS = ("albert_mini_en", "TF-IDF")


def table() -> str:
    """A row for each way; the median of the seeds and how far they spread."""
    if not RESULT.exists():
        return "Nothing is measured yet.\n"
    results = json.loads(RESULT.read_text())
    heads = [f"{model}, {int(size):,}" for size in results for model in MODELS]
    lines = [f"| | {' | '.join(heads)} |", "| --- |" + " ---: |" * len(heads)]
    for way in dict.fromkeys(
        w for of_size in results.values() for w in of_size
    ):
        cells = [
            _cell(of_size.get(way, {}).values(), model)
            for of_size in results.values()
            for model in MODELS
        ]
        lines.append(f"| {way} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(seeds, model: str) -> str:
    found = [100 * one[model] for one in seeds]
    if not found:
        return "-"
    if len(found) == 1:
        return f"{found[0]:.1f}"
    spread = (max(found) - min(found)) / 2
    return f"{statistics.median(found):.1f} ± {spread:.1f}"


if __name__ == "__main__":
    print(table(), end="")
