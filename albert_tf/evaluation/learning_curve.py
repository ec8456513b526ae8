"""A picture of how pre-training went."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from albert_tf.files import new_file

_PANELS = (
    ("masked_lm_loss", "masked LM, loss (nats)"),
    ("masked_lm_accuracy", "masked LM, accuracy"),
    ("sentence_order_accuracy", "sentence order, accuracy"),
)


def plot_learning_curve(logs: Sequence[Path], path) -> None:
    """Draws losses and accuracies over the tokens that were seen.

    Args:
        logs: the `log.jsonl` of a run of `pretrain`, or of several that
            followed each other; dashed lines part them.
        path: the picture, its suffix (`.png`, `.pdf`, `.svg`) says what kind.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(_PANELS))
    curves, ends = _read(logs)
    for axes, (name, title) in zip(panels, _PANELS, strict=True):
        for kind, style in (("train", "-"), ("dev", "o-")):
            rows = [row for row in curves if row["kind"] == kind]
            axes.plot(
                [row["tokens"] / 1e6 for row in rows],
                [row[name] for row in rows],
                style,
                linewidth=1,
                markersize=3,
                label={"train": "training", "dev": "held out"}[kind],
            )
        for end in ends[:-1]:
            axes.axvline(end / 1e6, color="grey", linestyle="--", linewidth=1)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("million tokens")
        axes.grid(alpha=0.3)
    panels[0].legend()
    with new_file(path, overwrite=True) as temporary:
        figure.savefig(temporary, dpi=100)


def _read(logs):
    """All results with the tokens until then, and where each log ends."""
    rows, ends, before = [], [], 0
    for log in logs:
        for line in Path(log).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            rows.append({**row, "tokens": before + row["tokens"]})
        before = rows[-1]["tokens"]
        ends.append(before)
    return rows, ends
