"""The demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from albert_tf.cli.terminal import console, say


def demo(
    output: Annotated[
        Path, Option(help="Where the results go; replaces an earlier run's.")
    ] = Path("build/demo"),
):
    """Text in, a verified phone-sized model out, in a few minutes.

    Trains a small ALBERT on the SNIPS intents, exports it to TFLite, checks
    the file against Keras, and predicts with it.

    Example: [bold]albert-tf demo[/bold]
    """
    from albert_tf.cli import tables
    from albert_tf.recipes import snips

    report = snips.run(output, console)
    for text, prediction in report.predictions.items():
        say(f'"{text}" -> {prediction.label} ({prediction.score:.2f})')
    console.print(tables.two_columns(report.rows()))
    say(snips.NEXT_STEPS.format(output=output))
