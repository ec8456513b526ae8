"""Pictures of how long files take, and of what they are worth for it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from albert_tf.files import new_file
from export.latency import LatencyReport

_TICKS = (8, 16, 32, 64, 128, 256, 512)


def plot_latencies(
    reports: Sequence[LatencyReport],
    path: str | os.PathLike,
    scores: Mapping[str, float] | None = None,
    figure_name: str = "",
) -> None:
    """Draws latency over length; with scores also score over size.

    Args:
        reports: of the files, whose names the picture shows.
        path: the picture, which is replaced; its suffix says what kind.
        scores: of each file by its path, or None.
        figure_name: what the scores are, such as "accuracy".
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    panels = 1 if scores is None else 2
    figure = Figure(figsize=(6 * panels, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, panels, squeeze=False)[0]
    _draw_times(axes[0], reports)
    if scores is not None:
        _draw_scores(axes[1], reports, scores, figure_name)
    with new_file(path, overwrite=True) as temporary:
        figure.savefig(temporary, dpi=120, format=Path(path).suffix[1:])


def _draw_times(axes, reports: Sequence[LatencyReport]) -> None:
    """Medians as lines; up to the 95th percentile as shadows."""
    for report in reports:
        lengths = sorted(report.median_ms)
        medians = [report.median_ms[length] for length in lengths]
        (line,) = axes.plot(
            lengths, medians, "o-", markersize=4, label=_name(report)
        )
        highest = [report.p95_ms[length] for length in lengths]
        axes.fill_between(
            lengths, medians, highest, color=line.get_color(), alpha=0.15
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    longest = max(max(report.median_ms) for report in reports)
    ticks = [tick for tick in _TICKS if tick <= longest]
    axes.set_xticks(ticks, labels=map(str, ticks))
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("tokens")
    axes.set_ylabel("ms, median and 95th percentile")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=9)


def _draw_scores(axes, reports, scores, figure_name: str) -> None:
    """A point a file, with its name and the time at its longest sequence."""
    for report in reports:
        length = max(report.median_ms)
        place = report.file_bytes / 1e6, scores[report.path]
        axes.plot(*place, "o")
        axes.annotate(
            f"{_name(report)}\n{report.median_ms[length]:.1f} ms at {length}",
            place,
            xytext=(6, -8),
            textcoords="offset points",
            fontsize=9,
        )
    axes.margins(0.25)
    axes.set_xlabel("file, MB")
    axes.set_ylabel(figure_name)
    axes.grid(alpha=0.3)


def _name(report: LatencyReport) -> str:
    return Path(report.path).stem
