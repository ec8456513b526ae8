"""The commands that use a trained model: evaluate, predict."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

from rich.progress import track
from typer import Argument, Context, Option

from albert_tf.cli.arguments import (
    Header,
    LabelColumn,
    Model,
    Overwrite,
    PairColumn,
    TaskName,
    TextColumn,
    column_names,
)
from albert_tf.cli.opening import open_predictor
from albert_tf.cli.options import refuse
from albert_tf.cli.reading import read_labelled, told
from albert_tf.cli.terminal import console, read_lines, say
from albert_tf.errors import UserError, warn

_CHUNK = 256  # examples that are read, answered and printed at once


def evaluate(
    context: Context,
    model: Model,
    file: Annotated[Path, Argument(help="Labelled examples.")],
    task_name: TaskName = None,
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = None,
    header: Header = None,
    plot: Annotated[
        Path | None, Option(help="PNG file for a picture of the score.")
    ] = None,
    as_json: Annotated[
        bool, Option("--json", help="The score as one JSON object.")
    ] = False,
    overwrite: Overwrite = False,
):
    """Scores a model, or a .tflite file, on labelled texts.

    Example: [bold]albert-tf evaluate model test.tsv[/bold]
    """
    from albert_tf.cli import tables
    from albert_tf.data.columns import Columns
    from albert_tf.files import check_new_file

    if plot is not None:
        if plot.suffix != ".png":
            raise UserError(f"{plot}: the name of a picture ends with .png")
        check_new_file(plot, overwrite)
    if plot is None:
        refuse(context, ["overwrite"], "needs --plot")
    predictor = open_predictor(model, task_name)
    task = predictor.task
    if plot is not None and not task.has_picture:
        raise UserError(f"--plot: {task.name} has no picture")
    examples = read_labelled(
        type(task), file, Columns(text, pair, label), header
    )
    answers = []
    for start in track(
        range(0, len(examples), _CHUNK),
        "evaluating",
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ):
        answers += predictor.answers(examples[start : start + _CHUNK])
    tell_truncated(predictor)
    score = task.score(answers, examples)
    if as_json:
        print(json.dumps(score.to_dict(), ensure_ascii=False))
    else:
        say(f"read {told(examples)}")
        for table in tables.score(score):
            console.print(table)
    if plot is not None:
        task.draw(score, plot)
        if not as_json:
            say(f"picture in {plot}")


def predict(
    context: Context,
    model: Model,
    texts: Annotated[
        list[str] | None,
        Argument(help="Texts; none: the lines of the standard input."),
    ] = None,
    input: Annotated[
        Path | None, Option(help="A file of texts: TSV, CSV or JSON Lines.")
    ] = None,
    text: TextColumn = None,
    task_name: TaskName = None,
    pair: Annotated[
        str | None,
        Option(help="The second text, or with --input the column of them."),
    ] = None,
    pair_file: Annotated[
        Path | None,
        Option(
            "--context",
            help="A text file to take for --pair, such as what a question is "
            "about.",
        ),
    ] = None,
    header: Header = None,
    as_json: Annotated[
        bool, Option("--json", help="One JSON object a line.")
    ] = False,
):
    """Answers for texts. A .tflite file needs no TensorFlow for it.

    Example: [bold]albert-tf predict model.tflite "play some jazz"[/bold]
    """
    from albert_tf.data.columns import Columns
    from albert_tf.data.text_files import read_lines as read_file

    if input is not None and texts:
        raise UserError("give texts or --input, not both")
    if pair_file is not None:
        if pair is not None or input is not None:
            raise UserError("--context takes the place of --pair and --input")
        pair = "".join(line for _, line in read_file(pair_file))
    if input is None:
        refuse(context, ["text", "header"], "is of a file, so it needs --input")
        texts = texts or read_lines()
    predictor = open_predictor(model, task_name)
    task = predictor.task
    if input is not None:
        examples = task.read(
            input,
            Columns(text, pair),
            labelled=False,
            header=column_names(header),
        )
        # Not on the standard output, which has the answers.
        print(f"albert-tf: read {told(examples)}", file=sys.stderr)
    else:
        examples = [task.example(one, pair) for one in texts]
    if input is not None and task.header is not None and not as_json:
        print(task.header)
    for start in range(0, len(examples), _CHUNK):
        chunk = examples[start : start + _CHUNK]
        for example, answer in zip(
            chunk, predictor.answers(chunk), strict=True
        ):
            if as_json:
                values = {"text": example.text}
                if example.pair is not None:
                    values["pair"] = example.pair
                values.update(task.to_json(answer))
                print(json.dumps(values, ensure_ascii=False), flush=True)
            else:
                print(task.to_text(answer, example), flush=True)
    tell_truncated(predictor)


def tell_truncated(predictor) -> None:
    """Texts that were not read to their end are no secret."""
    if predictor.truncated:
        share = predictor.truncated / predictor.sequences
        warn(
            f"truncated {share:.1%} of the sequences to the model's longest, "
            f"{predictor.preprocessor.max_length} tokens"
        )
