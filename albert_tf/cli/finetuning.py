"""The command that fine-tunes, once or several times."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Context, Option

from albert_tf.cli.arguments import (
    Header,
    LabelColumn,
    Overwrite,
    PairColumn,
    TextColumn,
)
from albert_tf.cli.options import given, refuse, takes_options
from albert_tf.cli.reading import read_labelled, read_unlabelled, told
from albert_tf.cli.task_settings import task_settings
from albert_tf.cli.terminal import console, say
from albert_tf.errors import UserError, require_one_of
from albert_tf.training.finetune_options import FinetuneOptions
from albert_tf.training.teacher_options import TeacherOptions

if TYPE_CHECKING:
    from albert_tf.tasks.task import Task


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
            help="What to learn: classification, early-exit, multilabel, "
            "regression, tagging, crf-tagging, intent-slots, "
            "question-answering, joint-question-answering, multiple-choice, "
            "similarity, contrastive, triplets, srl, translation, or one of "
            "GLUE such as glue/rte."
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
    recipe: Annotated[
        str | None,
        Option(
            help="Options for the task: 'paper' has those of the ALBERT paper, "
            "for large models and GPUs, 'small' what suits our own weights. "
            "Options that are given go before."
        ),
    ] = None,
    setting: Annotated[
        list[str] | None,
        Option(
            help="NAME=VALUE for the task, as its guide has them, such as "
            "target_vocab_size=4000 for translation; may be given several "
            "times."
        ),
    ] = None,
    mirrored: Annotated[
        bool, Option("--mirrored", help="Use all GPUs of this machine.")
    ] = False,
    baseline: Annotated[
        bool,
        Option(
            "--baseline",
            help="Also score what has no transformer: TF-IDF with logistic "
            "regression, each word's most frequent tag, or the first "
            "sentence.",
        ),
    ] = False,
    seeds: Annotated[
        int, Option(help="Train so often, with seeds that follow --seed.")
    ] = 1,
    folds: Annotated[
        int | None,
        Option(
            help="Cut --train into so many parts; each is the dev set once."
        ),
    ] = None,
    unlabelled: Annotated[
        list[Path] | None,
        Option(
            help="Texts without labels, of which only the teacher says "
            "something: a file as --train, or .txt with one a line; may be "
            "given several times."
        ),
    ] = None,
    resume: Annotated[
        bool,
        Option(
            "--resume",
            help="Go on with an interrupted training, if there is one, after "
            "its last whole epoch.",
        ),
    ] = False,
    overwrite: Overwrite = False,
    *,
    context: Context,
    options: FinetuneOptions,
    teacher: TeacherOptions | None,
):
    """Trains a model for a task on labelled texts, or pairs of texts.

    Example:
    [bold]albert-tf finetune --train train.tsv --dev dev.tsv --output my[/bold]
    """
    from albert_tf.data.columns import Columns
    from albert_tf.tasks import find_task
    from albert_tf.training.training_output import check_output

    if resume and overwrite:
        raise UserError("--resume goes on, --overwrite begins anew: give one")
    is_once = seeds == 1 and folds is None
    if is_once:
        check_output(output, overwrite, resume)
    else:
        refuse(
            context,
            ["baseline", "overwrite", "resume"],
            "has no effect with --seeds or --folds, which go on by themselves",
        )
    task_class = find_task(task)
    if baseline and not task_class.baseline_name:
        raise UserError(f"--baseline: {task_class.name} has none")
    settings = task_settings(task_class, setting or ())
    paths = _files(task_class, train, dev, data, folds)
    columns = Columns(text, pair, label)
    if teacher is None:
        refuse(context, ["unlabelled"], "needs --teacher, who reads it")
    elif folds is not None and teacher.is_file:
        raise UserError(
            "--folds trains on other parts of --train each time, which the "
            "lines of a file do not follow: give a model as --teacher"
        )
    parts = [
        _Part(path, read_labelled(task_class, path, columns, header))
        for path in paths
    ]
    for name, part in zip(("train", "dev"), parts, strict=False):
        say(f"{name}: {len(part.examples):,} examples; {told(part.examples)}")
    more = [
        example
        for path in unlabelled or ()
        for example in read_unlabelled(task_class, path, columns, header)
    ]
    if more:
        say(f"unlabelled: {len(more):,} examples")
    if recipe is not None:
        options = dataclasses.replace(
            _recipe(recipe)(task_class.name, len(parts[0].examples)),
            **given(context, options),
        )
    job = _Job(
        model,
        # All labels of a task are known before the model is made.
        task_class.of_examples(parts[0].examples, **settings),
        parts,
        options,
        mirrored,
        baseline,
        overwrite,
        resume,
        teacher,
        more,
    )
    if is_once:
        _train_once(job, output)
    else:
        _train_several(job, output, seeds, folds)


def _recipe(name: str) -> Callable[[str, int], FinetuneOptions]:
    from albert_tf.recipes import paper, small

    recipes = {"paper": paper.options, "small": small.options}
    require_one_of(recipes, recipe=name)
    return recipes[name]


@dataclasses.dataclass(frozen=True)
class _Part:
    """Examples, and the file that they are from."""

    path: Path
    examples: Sequence[Any]


@dataclasses.dataclass(frozen=True)
class _Job:
    """What is trained: the first part is learned, the second chooses."""

    model: str
    task: Task
    parts: list[_Part]
    options: FinetuneOptions
    mirrored: bool
    baseline: bool
    overwrite: bool
    resume: bool
    teacher: TeacherOptions | None
    unlabelled: list[Any]


def _files(task_class, train, dev, data, folds) -> list[Path]:
    """What to train on, what chooses the epoch, and what is scored besides."""
    if folds is not None:
        if train is None or dev is not None or data is not None:
            raise UserError("--folds makes dev sets of --train: give it alone")
        return [train]
    if data is not None:
        if train is not None or dev is not None:
            raise UserError("give --data, or --train and --dev, not both")
        train, dev = task_class.files(data)
        return [train, *dev]
    if train is None or dev is None:
        missing = "--train" if train is None else "--dev"
        raise UserError(f"{missing} is needed, or --data with a directory")
    return [train, dev]


def _train_once(job: _Job, output: Path) -> None:
    train, dev, *others = job.parts
    result = _train(job, train, dev, output, job.options)
    _show(result, job, others)
    say(f"saved to {output}")
    if job.baseline:
        task = job.task
        score = task.baseline(train.examples, dev.examples)
        say(
            f"dev {task.figure} {result.score.figures[task.figure]:.4f}; "
            f"{task.baseline_name} {score:.4f}"
        )


def _train_several(job: _Job, output: Path, seeds: int, folds: int | None):
    """Trains again and again; what an interruption left is gone on with."""
    from albert_tf.cli import tables
    from albert_tf.training.checksum import checksum_of_examples
    from albert_tf.training.repeats import repeats, run_repeats, split_folds

    planned = repeats(job.options, seeds, folds)
    if folds is not None:
        (whole,) = job.parts
        pairs = [
            [_Part(whole.path, part) for part in pair]
            for pair in split_folds(whole.examples, folds, job.options.seed)
        ]

    def train(one, directory):
        say(f"{one.name.replace('_', ' ')}:")
        parts = job.parts if one.fold is None else pairs[one.fold - 1]
        result = _train(
            # What an interruption left belongs to the same plan.
            dataclasses.replace(job, overwrite=True, resume=True),
            *parts[:2],
            directory,
            one.options,
        )
        figures = dict(result.score.figures)
        for part, score in _score_others(result, job, parts[2:]):
            for name, value in score.figures.items():
                figures[f"{part.path.name}: {name}"] = value
        return figures

    about = {
        "model": job.model,
        "task": job.task.name,
        "files": [str(part.path) for part in job.parts],
        "settings": job.task.settings,
        "checksum of the examples": checksum_of_examples(
            itertools.chain(
                *(part.examples for part in job.parts), job.unlabelled
            )
        ),
    }
    if job.teacher is not None:
        about["teacher"] = dataclasses.asdict(job.teacher)
        about["unlabelled"] = len(job.unlabelled)
    summary = run_repeats(planned, output, train, about)
    console.print(tables.repeated(summary["figures"], len(planned)))
    say(f"saved to {output}")


def _train(job: _Job, train: _Part, dev: _Part, output: Path, options):
    from albert_tf.training.finetune import finetune as run

    result = run(
        job.model,
        train.examples,
        dev.examples,
        output,
        options,
        job.task,
        about={
            name: {"file": str(part.path), "read": told(part.examples)}
            for name, part in (("train", train), ("dev", dev))
        },
        console=console,
        strategy=_all_gpus() if job.mirrored else None,
        overwrite=job.overwrite,
        resume=job.resume,
        teacher=job.teacher,
        unlabelled=job.unlabelled,
    )
    if result.interrupted:
        kept = "of the unfinished first epoch"
        if result.best_epoch:
            kept = f"of epoch {result.best_epoch}, the best so far,"
        goes_on = "; the same command with --resume goes on"
        raise UserError(
            f"interrupted after {result.epochs} whole epochs; the weights "
            f"{kept} are in {output}{goes_on if result.epochs else ''}"
        )
    return result


def _show(result, job: _Job, others: list[_Part]) -> None:
    from albert_tf.cli import tables

    for table in tables.score(result.score):
        console.print(table)
    say(
        f"truncated {result.truncated_share:.1%} of the sequences, "
        f"padding {result.padded_share:.1%} of the positions"
    )
    say(f"kept the weights of epoch {result.best_epoch}")
    for part, score in _score_others(result, job, others):
        say(f"{part.path.name}:")
        for table in tables.score(score):
            console.print(table)


def _score_others(result, job: _Job, others: list[_Part]) -> Iterator[tuple]:
    """Dev sets that choose nothing, each with its score."""
    from albert_tf.tasks.predictor import Predictor

    for part in others:
        predictor = Predictor.of_model(result.model, task_class=type(job.task))
        answers = predictor.answers(part.examples)
        yield part, job.task.score(answers, part.examples)


def _all_gpus():
    import tensorflow as tf

    return tf.distribute.MirroredStrategy()
