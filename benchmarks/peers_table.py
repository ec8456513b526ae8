"""Prints what `peers.py` has measured as a table, the one in docs/export.md."""

import json
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "peers.json"
ROWS = {
    "albert_tf": "**ours, any length**",
    "onnxruntime": "ONNX Runtime, constants folded, dynamic int8",
    "openvino": "OpenVINO, NNCF static int8",
    "stock": "stock TFLite, layers written out",
    "albert_tf_lengths": "**ours, fixed lengths**",
    "albert_tf_lengths_first": "**ours**, first start with a cache",
    "albert_tf_lengths_second": "**ours**, later starts",
    "stock_lengths": "stock TFLite, fixed lengths",
    "stock_lengths_first": "stock TFLite, first start with a cache",
    "stock_lengths_second": "stock TFLite, later starts",
}


def table() -> str:
    """A row for each peer that was measured."""
    found = json.loads(RESULTS.read_text())
    lengths = [*next(iter(found.values()))["milliseconds"]]
    lines = [
        f"| ms of tokens | {' | '.join(lengths)} | memory, MB "
        "| load and first answer, ms |",
        f"| --- |{' ---: |' * (len(lengths) + 2)}",
    ]
    for name, title in ROWS.items():
        if name not in found:
            continue
        values = found[name]
        times = " | ".join(
            f"{values['milliseconds'][length]:.1f}" for length in lengths
        )
        lines.append(
            f"| {title} | {times} | {values['memory_mb']:.0f} "
            f"| {values['first_answer_ms']:.0f} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
