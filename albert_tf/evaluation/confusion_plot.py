"""A picture of which classes are taken for which."""

import numpy as np

from albert_tf.errors import warn
from albert_tf.evaluation.classification_report import ClassificationReport
from albert_tf.evaluation.fonts import find_fonts
from albert_tf.files import new_file

# Beyond so many classes the counts would be too small to read ...
_MOST_CLASSES_WITH_COUNTS = 25
# ... and beyond so many the names.
_MOST_CLASSES = 100
_LONGEST_NAME = 40


def plot_confusion_matrix(report: ClassificationReport, path) -> bool:
    """Draws the confusion matrix of 2 to 100 classes.

    The colour is the share of the row's class, so that rare classes show as
    clearly as common ones; the numbers, up to 25 classes, are counts. The
    colours differ in lightness first, which everybody can tell apart. Letters
    that no installed font has are written as codes, such as U+4F53, after the
    place of the class in the list.

    Args:
        report: the scores.
        path: the picture, its suffix (`.png`, `.pdf`, `.svg`) says what kind.

    Returns:
        Whether there is a picture; if not, a warning says why.
    """
    if len(report.labels) > _MOST_CLASSES:
        warn(
            f"there is no picture of {len(report.labels)} classes; more than "
            f"{_MOST_CLASSES} cannot be read",
        )
        return False
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import PowerNorm
    from matplotlib.figure import Figure

    classes = len(report.labels)
    counted = classes <= _MOST_CLASSES_WITH_COUNTS
    side = max(4.0, classes * (0.5 if counted else 0.17))  # inches
    figure = Figure(figsize=(side + 2.5, side + 1.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    totals = report.confusion.sum(axis=1, keepdims=True)
    shares = report.confusion / np.maximum(totals, 1)
    # The root makes the few errors of a good classifier visible.
    image = axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, 0, 1))
    figure.colorbar(
        image, ax=axes, label="share of the true class", shrink=0.7, pad=0.02
    )
    _name_axes(axes, report.labels, size=9 if counted else 7)
    if counted:
        _write_counts(axes, report.confusion, shares)
    figure.suptitle(
        f"accuracy {report.accuracy:.1%}, macro F1 {report.macro_f1:.1%}, "
        f"{report.support.sum()} examples",
        fontsize=11,
    )
    with new_file(path, overwrite=True) as temporary:
        figure.savefig(temporary, dpi=120, bbox_inches="tight")
    return True


def _name_axes(axes, labels, size):
    places = np.arange(len(labels))
    fonts, without = find_fonts("".join(labels))
    names = [
        _name(number, label, without) for number, label in enumerate(labels, 1)
    ]
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_xticks(places, names, rotation=90, fontsize=size)
    axes.set_yticks(places, names, fontsize=size)
    for text in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        text.set_parse_math(False)  # a "$" in a name is no formula
        text.set_fontfamily(fonts)
    # Thin lines between the cells lead the eye to the names.
    axes.set_xticks(places[1:] - 0.5, minor=True)
    axes.set_yticks(places[1:] - 0.5, minor=True)
    axes.grid(which="minor", color="#e0e0e0", linewidth=0.5)
    axes.tick_params(which="minor", length=0)
    axes.tick_params(which="major", length=0 if len(labels) > 25 else 3)


def _name(number: int, label: str, without: set[str]) -> str:
    """What is written for a class, in one line."""
    name = " ".join(label.split())
    if not without.isdisjoint(name):
        codes = [f"U+{ord(x):04X}" if x in without else x for x in name]
        name = f"{number}: {' '.join(codes)}"
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - 3]}..."
    return name


def _write_counts(axes, confusion, shares):
    for (row, column), count in np.ndenumerate(confusion):
        if count:
            axes.text(
                column,
                row,
                str(count),
                ha="center",
                va="center",
                fontsize=9 if count < 10000 else 7,
                color="white" if shares[row, column] > 0.3 else "black",
            )
