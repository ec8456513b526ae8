"""The command that measures files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from albert_tf.cli.arguments import (
    Header,
    LabelColumn,
    Overwrite,
    PairColumn,
    TextColumn,
    whole_numbers,
)
from albert_tf.cli.options import refuse
from albert_tf.cli.reading import read_labelled
from albert_tf.cli.terminal import console, say
from albert_tf.errors import UserError


def benchmark(
    context: Context,
    files: Annotated[list[Path], Argument(help="What export wrote.")],
    lengths: Annotated[
        str, Option(help="How many tokens the sequences have.")
    ] = "8,16,32,64,128,256,384",
    cache: Annotated[
        Path | None,
        Option(help="A directory for packed weights of fixed lengths."),
    ] = None,
    examples: Annotated[
        Path | None,
        Option(help="Labelled examples: also score the files on them."),
    ] = None,
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = None,
    header: Header = None,
    plot: Annotated[
        Path | None, Option(help="PNG file for a picture of the table.")
    ] = None,
    overwrite: Overwrite = False,
):
    """Size, memory and time of .tflite files, in turns on one thread.

    The time is that of the network alone, by the length of the sequence:
    median and 95th percentile in milliseconds. The first answer, and the
    memory that it takes, are of the longest of the lengths up to 128.

    Example: [bold]albert-tf benchmark a.tflite b.tflite[/bold]
    """
    import export
    from albert_tf.cli import tables
    from albert_tf.files import check_new_file

    if examples is None:
        names = ["text", "pair", "label", "header"]
        refuse(context, names, "needs --examples")
    if plot is None:
        refuse(context, ["overwrite"], "needs --plot")
    else:
        if plot.suffix != ".png":
            raise UserError(f"{plot}: the name of a picture ends with .png")
        check_new_file(plot, overwrite)
    paths = [str(file) for file in files]
    scores, figure = None, ""
    if examples is not None:
        columns = text, pair, label
        scores, figure = _scores(paths, examples, columns, header)
    numbers = sorted(whole_numbers(lengths, "--lengths"))
    first = max((n for n in numbers if n <= 128), default=numbers[0])
    reports = export.measure_latencies(
        paths, [first, *(n for n in numbers if n != first)], cache=cache
    )
    console.print(tables.latencies(reports, scores, figure))
    if plot is not None:
        from export.latency_plot import plot_latencies

        plot_latencies(reports, plot, scores, figure)
        say(f"{plot} drawn")


def _scores(paths, examples: Path, columns, header):
    """The score of each file by its path, and the name of the figure."""
    import export
    from albert_tf.data.columns import Columns

    scores, figures = {}, {}
    for path in paths:
        predictor = export.load(path)
        task = predictor.task
        read = read_labelled(type(task), examples, Columns(*columns), header)
        score = task.score(predictor.answers(read), read)
        scores[path] = score.figures[task.figure]
        figures[task.figure] = path
    if len(figures) > 1:
        raise UserError(
            "the files are scored by different figures: "
            + ", ".join(f"{path} by {name}" for name, path in figures.items())
        )
    return scores, next(iter(figures))
