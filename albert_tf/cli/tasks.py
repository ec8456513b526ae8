"""The commands around a task: fine-tune, evaluate, predict."""

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
from albert_tf.cli.file_progress import FileProgress
from albert_tf.cli.opening import open_predictor
from albert_tf.cli.options import refuse, takes_options
from albert_tf.cli.terminal import console, read_lines, say
from albert_tf.errors import UserError, warn
from albert_tf.training.finetune_options import FinetuneOptions

_CHUNK = 256  # examples that are read, answered and printed at once


@takes_options
def finetune(
    output: Annotated[Path, Option(help="Directory to make.")],
    train: Annotated[
        Path | None,
        Option(help="Labelled examples: TSV, CSV or JSON Lines."),
    ] = None,
    dev: Annotated[
        Path | None, Option(help="Labelled examples that choose the epoch.")
    ] = None,
    data: Annotated[
        Path | None,
        Option(help="A directory with both, as the task's are given out."),
    ] = None,
    task: Annotated[
        str,
        Option(
            help="What to learn: classification, multilabel, regression, "
            "tagging, crf-tagging, intent-slots, question-answering, or one "
            "of GLUE such as glue/rte."
        ),
    ] = "classification",
    model: Annotated[
        str,
        Option(
            help="What to start from: albert_mini_en (our English weights), "
            "another preset name (random weights), a directory, "
            "hf:ID-or-directory, tf1:checkpoint, tf_models:checkpoint or "
            "keras_hub:PRESET."
        ),
    ] = "albert_mini_en",
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = None,
    header: Header = None,
    mirrored: Annotated[
        bool, Option("--mirrored", help="Use all GPUs of this machine.")
    ] = False,
    baseline: Annotated[
        bool,
        Option(
            "--baseline",
            help="Also score what has no transformer: TF-IDF with logistic "
            "regression, each word's most frequent tag, or the first sentence.",
        ),
    ] = False,
    overwrite: Overwrite = False,
    *,
    options: FinetuneOptions,
):
    """Trains a model for a task on labelled texts, or pairs of texts.

    Example:
    [bold]albert-tf finetune --train train.tsv --dev dev.tsv --output my[/bold]
    """
    from albert_tf.cli import tables
    from albert_tf.data.columns import Columns
    from albert_tf.files import check_new_directory
    from albert_tf.tasks import find_task

    check_new_directory(output, overwrite)
    task_class = find_task(task)
    if baseline and not task_class.baseline_name:
        raise UserError(f"--baseline: {task_class.name} has none")
    train, dev, others = _files(task_class, train, dev, data)
    columns = Columns(text, pair, label)
    examples, dev_examples, *more = (
        _read(task_class, file, columns, header)
        for file in (train, dev, *others)
    )
    # All labels of a task are known before the model is made.
    task_ = task_class.of_examples(examples)
    for name, found in (("train", examples), ("dev", dev_examples)):
        say(f"{name}: {len(found):,} examples; {_told(found)}")

    from albert_tf.tasks.predictor import Predictor
    from albert_tf.training.finetune import finetune as run

    result = run(
        model,
        examples,
        dev_examples,
        output,
        options,
        task_,
        about={
            name: {"file": str(file), "read": _told(found)}
            for name, file, found in (
                ("train", train, examples),
                ("dev", dev, dev_examples),
            )
        },
        console=console,
        strategy=_all_gpus() if mirrored else None,
        overwrite=overwrite,
    )
    for table in tables.score(result.score):
        console.print(table)
    say(
        f"truncated {result.truncated_share:.1%} of the sequences, "
        f"padding {result.padded_share:.1%} of the positions"
    )
    if result.interrupted:
        kept = "of the unfinished first epoch"
        if result.best_epoch:
            kept = f"of epoch {result.best_epoch}, the best so far,"
        raise UserError(
            f"interrupted after {result.epochs} whole epochs; the weights "
            f"{kept} are in {output}"
        )
    say(f"kept the weights of epoch {result.best_epoch}")
    for file, found in zip(others, more, strict=True):
        answers = Predictor.of_model(result.model).answers(found)
        say(f"{file.name}:")
        for table in tables.score(task_.score(answers, found)):
            console.print(table)
    say(f"saved to {output}")
    if baseline:
        score = task_.baseline(examples, dev_examples)
        say(
            f"dev {task_.figure} {result.score.figures[task_.figure]:.4f}; "
            f"{task_.baseline_name} {score:.4f}"
        )


def _files(task_class, train, dev, data) -> tuple[Path, Path, list[Path]]:
    """What to train on, what chooses the epoch, and what is scored besides."""
    if data is not None:
        if train is not None or dev is not None:
            raise UserError("give --data, or --train and --dev, not both")
        train, (dev, *others) = task_class.files(data)
        return train, dev, others
    if train is None or dev is None:
        missing = "--train" if train is None else "--dev"
        raise UserError(f"{missing} is needed, or --data with a directory")
    return train, dev, []


def _all_gpus():
    import tensorflow as tf

    return tf.distribute.MirroredStrategy()


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
    examples = _read(type(task), file, Columns(text, pair, label), header)
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
        say(f"read {_told(examples)}")
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
        print(f"albert-tf: read {_told(examples)}", file=sys.stderr)
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


def _read(task, file: Path, columns, header: str | None):
    """The labelled examples of a file."""
    with FileProgress([file], console) as progress:
        return task.read(
            file, columns, header=column_names(header), progress=progress.to
        )


def _told(examples) -> str:
    """What was read, if the examples know."""
    return getattr(examples, "about", "")
