"""Prints what `variants.py` has measured, the table in docs/variants.md."""

import json
import statistics
from pathlib import Path

RESULT = Path(__file__).parent / "results" / "variants.json"
FIGURES = {"masked_lm": "masked words", "stsb": "STS-B", "sst2": "SST-2"}


def table() -> str:
    """A row for each variant: medians of the seeds and how far they spread."""
    if not RESULT.exists():
        return "Nothing is measured yet.\n"
    results = json.loads(RESULT.read_text())
    heads = ["variant", "parameters", "time", *FIGURES.values()]
    lines = [f"| {' | '.join(heads)} |", "| --- |" + " ---: |" * 5]
    plain = _median(results["plain"], "seconds")
    for name, seeds in results.items():
        parameters = next(iter(seeds.values()))["parameters"]
        cells = [name, f"{parameters:,}"]
        cells += [f"{_median(seeds, 'seconds') / plain:.2f}"]
        cells += [_cell(seeds, figure) for figure in FIGURES]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _median(seeds: dict, name: str) -> float:
    return statistics.median(one[name] for one in seeds.values())


def _cell(seeds: dict, name: str) -> str:
    found = [100 * one[name] for one in seeds.values()]
    spread = (max(found) - min(found)) / 2
    return f"{statistics.median(found):.1f} ± {spread:.1f}"


if __name__ == "__main__":
    print(table(), end="")
