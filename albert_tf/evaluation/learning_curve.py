"""A picture of how pre-training went."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from albert_tf.files import new_file

PRETRAINING = {
    "masked_lm_loss": "masked LM, loss (nats)",
    "masked_lm_accuracy": "masked LM, accuracy",
    "sentence_order_accuracy": "sentence order, accuracy",
}
DISTILLATION = {
    "last_distance": "last layer, 1 - cosine",
    "sentence_distance": "sentence vectors, 1 - cosine",
    "spearman": "similar sentences, Spearman",
}


def plot_learning_curve(
    logs: Sequence[Path], path, titles: Mapping[str, str] = PRETRAINING
) -> None:
    """Draws results over the tokens that were seen.

    Args:
        logs: the `log.jsonl` of a run, or of several that followed each
            other; dashed lines part them.
        titles: the results to draw, those that there are, and what to write
            over each.
        path: the picture, its suffix (`.png`, `.pdf`, `.svg`) says what kind.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    curves, ends = _read(logs)
    titles = {
        name: title
        for name, title in titles.items()
        if any(name in row for row in curves)
    }
    panels = figure.subplots(1, len(titles), squeeze=False)[0]
    for axes, (name, title) in zip(panels, titles.items(), strict=True):
        for kind, style in (("train", "-"), ("dev", "o-")):
            rows = [r for r in curves if r["kind"] == kind and name in r]
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
