"""A picture of what leaving early saves and costs."""

from __future__ import annotations

from albert_tf.evaluation.exit_report import ExitReport
from albert_tf.files import new_file


def plot_exits(report: ExitReport, path) -> None:
    """Draws accuracy and changed answers against the mean number of layers.

    Args:
        report: with a curve.
        path: the picture; its suffix says what kind.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    layers = [one.layers for one in report.curve]
    for name, values in (
        ("right answers", [one.accuracy for one in report.curve]),
        ("answers as with all layers", [1 - x.changed for x in report.curve]),
    ):
        axes.plot(layers, values, marker=".", label=name)
    chosen = report.settings.get("exit_threshold")
    for one in report.curve:
        if one.threshold is not None and one.threshold == chosen:
            axes.axvline(one.layers, linestyle=":", color="gray")
            axes.annotate(
                f" threshold {chosen:.3g}",
                (one.layers, axes.get_ylim()[0]),
                color="gray",
            )
    axes.set_xlabel("mean number of layers")
    axes.set_ylabel("share of the examples")
    axes.grid(alpha=0.3)
    axes.legend()
    with new_file(path, overwrite=True) as temporary:
        figure.savefig(temporary, dpi=120)
