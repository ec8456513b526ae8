"""Fine-tuning for a task on labelled examples."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from rich.console import Console

from albert_tf import models
from albert_tf.checkpoints import has_weights
from albert_tf.data.batches import BucketedBatches
from albert_tf.data.example import Example
from albert_tf.errors import UserError, require, warn
from albert_tf.evaluation.score import Score
from albert_tf.files import new_directory
from albert_tf.json_files import write_json
from albert_tf.models.loading import default_arguments
from albert_tf.models.task_model import TaskModel
from albert_tf.tasks.classification import Classification
from albert_tf.tasks.predictor import Predictor
from albert_tf.tasks.task import Task
from albert_tf.training.bars import Bars
from albert_tf.training.best_epoch import BestEpoch, DivergedError
from albert_tf.training.checksum import checksum_of_examples
from albert_tf.training.finetune_optimizer import (
    default_learning_rate,
    finetune_optimizer,
)
from albert_tf.training.finetune_options import FinetuneOptions
from albert_tf.training.finetune_result import FinetuneResult
from albert_tf.training.interruption import Interruption
from albert_tf.training.progress import TrainingProgress
from albert_tf.training.task_loss import task_loss
from albert_tf.training.teacher_options import TeacherOptions
from albert_tf.training.teaching import Teaching
from albert_tf.training.training_batches import training_batches
from albert_tf.training.training_output import (
    check_output,
    check_tensorboard,
)
from albert_tf.training.unfinished import Unfinished


def finetune(
    source: str | os.PathLike,
    train: Sequence[Any],
    dev: Sequence[Any],
    output: str | os.PathLike,
    options: FinetuneOptions | None = None,
    task: Task | None = None,
    about: Mapping[str, Any] | None = None,
    console: Console | None = None,
    strategy: tf.distribute.Strategy | None = None,
    overwrite: bool = False,
    resume: bool = False,
    teacher: TeacherOptions | None = None,
    unlabelled: Sequence[Any] = (),
) -> FinetuneResult:
    """Trains a model for a task, keeps its best epoch and saves it.

    Settings that the dev examples choose, such as a threshold, are the model's
    from then on.

    Ctrl-C or SIGTERM ends the training early; the best weights so far are
    saved all the same and the result says so. What is needed to go on after
    the last whole epoch lies beside `output`, in `OUTPUT.unfinished`, until
    the training has ended, also if it was killed.

    Args:
        source: what to start from, see `PresetModel.from_preset`.
        train: labelled examples, such as `task.read` gives.
        dev: labelled examples that choose the best epoch.
        output: directory to make: a preset with `report.json` and, where the
            task has one, the picture `score.png`.
        options: how to train; None for the defaults.
        task: what to train for; None for classification with the labels in
            `train`.
        about: what to note in the report besides, such as file names.
        console: where to show the progress; None for nowhere.
        strategy: such as `tf.distribute.MirroredStrategy()`; None for one
            device.
        overwrite: replace `output` if it exists.
        resume: go on with an interrupted training, if there is one; the
            result has the same bits as that of one without interruption.
        teacher: whom to learn from besides the labels; None for nobody.
        unlabelled: further examples that the teacher alone says something of.

    Returns:
        The model and its scores.

    Raises:
        UserError: on a mistake in the data, the options or the source, or if
            the loss becomes NaN.
    """
    options = options or FinetuneOptions()
    overwrite = check_output(output, overwrite, resume)
    check_tensorboard(options.tensorboard, output)
    task = task or Classification.of_examples(train)
    _check_examples(train, dev, unlabelled)
    for name, number in (
        ("batch_size", options.batch_size),
        ("training examples", len(train)),
    ):
        least = f"must be at least {task.least_batch} for {task.name}"
        require(number >= task.least_batch, least, **{name: number})

    teaching = _teaching(teacher, task, train, unlabelled, options)
    keras.utils.set_random_seed(options.seed)
    scope = strategy.scope if strategy else contextlib.nullcontext
    with scope():
        model = _make_model(source, task, options)
        predictor = Predictor.of_model(model, options.batch_size, type(task))
        with (
            Bars(console) as bars,
            bars.bar("encoding", len(train) + len(dev)) as progress,
        ):
            rows = predictor.rows(train, progress, training=True)
            dev_rows = predictor.rows(dev, progress)
    task.targets(dev, dev_rows)  # unknown labels are told before the work
    lesson = ()
    if teaching is not None:
        lesson = teaching.lesson(model, predictor, rows, console)
    batches = training_batches(task, train, rows, options, *lesson)
    with scope():
        rate = options.learning_rate or default_learning_rate(
            model.config.hidden_size, has_weights(source)
        )
        model.compile(
            finetune_optimizer(model, rate, options, len(batches)),
            task_loss(model, task, options),
        )
        model.optimizer.build(model.trainable_variables)
        learner = model if teaching is None else teaching.learner(model)
    were_alike = []

    def score() -> Score:
        outputs = predictor.outputs(dev_rows)
        answers = task.answers(outputs, dev_rows, dev)
        were_alike.append(
            all(task.same(answers[0], other) for other in answers)
        )
        return task.score(answers, dev)

    figure = task.figure
    if options.balance_classes:
        figure = task.balanced_figure or figure
    best = BestEpoch(score, figure, options.patience)
    history = keras.callbacks.History()
    taught = {} if teaching is None else teaching.facts
    facts = _facts(source, task, options, (train, dev, unlabelled)) | taught
    unfinished = Unfinished(output, facts, best, history)
    epochs = 0
    if resume:
        epochs = unfinished.restore(learner)
    else:
        unfinished.remove()  # of a training that is begun anew
    batches.start_epoch(epochs)
    ended_by = _fit(
        learner, batches, best, [history, unfinished], options, console, epochs
    )
    result = FinetuneResult(
        model=model,
        score=best.best or score(),
        epochs=len(history.history.get("loss", ())),
        best_epoch=best.epoch,
        interrupted=isinstance(ended_by, KeyboardInterrupt),
        learning_rate=rate,
        truncated_share=batches.truncated_share,
        padded_share=batches.padded_share,
        history=history.history,
    )
    for name, value in result.score.settings.items():
        setattr(model, name, value)
    _check_learned(result, figure, all(were_alike))
    about = {"source": str(source), **taught, **(about or {})}
    _save(result, task, about, options, output, overwrite)
    if not result.interrupted:
        unfinished.remove()
    if isinstance(ended_by, DivergedError):
        raise UserError(
            f"{ended_by}; the weights of epoch {best.epoch}, the best before "
            f"that, are in {output}"
        )
    return result


def _check_examples(
    train: Sequence[Any], dev: Sequence[Any], unlabelled: Sequence[Any]
) -> None:
    """Pairs on one side only would be scored on what was never learned."""
    for name, examples in (("training", train), ("dev", dev)):
        require(
            len(examples) > 0,
            f"{name} examples: at least 1 is needed",
            examples=len(examples),
        )
    kinds = ("single texts", "pairs of texts")
    first = _has_pairs(train)
    for name, examples in (("dev", dev), ("unlabelled", unlabelled)):
        if examples and _has_pairs(examples) != first:
            raise UserError(
                f"the training examples are {kinds[first]}, the {name} "
                f"examples {kinds[not first]}; both must be of one kind"
            )


def _has_pairs(examples: Sequence[Any]) -> bool:
    return any(isinstance(x, Example) and x.pair is not None for x in examples)


def _teaching(teacher, task, train, unlabelled, options) -> Teaching | None:
    if teacher is not None:
        return Teaching(teacher, task, train, unlabelled, options.batch_size)
    if unlabelled:
        raise UserError(
            f"got {len(unlabelled)} unlabelled examples but no teacher, who "
            "says what there is to learn of them"
        )
    return None


def _make_model(source, task: Task, options: FinetuneOptions) -> TaskModel:
    model_class = getattr(models, task.model_name)
    arguments = task.settings
    if options.pooling is not None:
        require(
            "pooling" in default_arguments(model_class),
            f"is no argument of {task.model_name}",
            pooling=options.pooling,
        )
        arguments["pooling"] = options.pooling
    model = model_class.from_preset(
        source, **arguments, dropout=options.dropout, dtype=options.precision
    )
    if model.preprocessor is None:
        raise UserError(
            f"{source}: has no vocabulary, so it cannot be trained on text"
        )
    if options.max_length is not None:
        positions = model.config.max_position_embeddings
        require(
            options.max_length <= positions,
            f"must be at most the model's {positions} positions",
            max_length=options.max_length,
        )
        model.preprocessor = model.preprocessor.with_max_length(
            options.max_length
        )
    return model


def _fit(
    model: keras.Model,
    batches: BucketedBatches,
    best: BestEpoch,
    others: list[keras.callbacks.Callback],
    options: FinetuneOptions,
    console: Console | None,
    epochs: int,
) -> KeyboardInterrupt | DivergedError | None:
    """Trains, and leaves the best epoch's weights in the model.

    Args:
        model: compiled.
        batches: what to train on.
        best: keeps the best epoch.
        others: callbacks after it.
        options: how to train.
        console: where to show the progress.
        epochs: how many are done.

    Returns:
        What ended the training early, if anything did.

    Raises:
        DivergedError: before an epoch has ended.
    """
    callbacks = [best, *others]
    if options.tensorboard is not None:
        callbacks.append(keras.callbacks.TensorBoard(options.tensorboard))
    progress = None
    if console is not None:
        progress = TrainingProgress(batches, console, best.figure)
        callbacks.append(progress)
    ended_by = None
    try:
        with Interruption() as interruption:
            model.fit(
                batches,
                initial_epoch=epochs,
                epochs=options.epochs,
                callbacks=[*callbacks, interruption],
                shuffle=False,
                verbose=0,
            )
    except (KeyboardInterrupt, DivergedError) as error:
        if isinstance(error, DivergedError) and not best.epoch:
            raise
        ended_by = error
    finally:
        if progress is not None:
            progress.close()
    best.restore()
    return ended_by


def _check_learned(result: FinetuneResult, figure: str, alike: bool) -> None:
    """Warns of what too high a rate does to layers that share their weights."""
    value = result.score.figures[figure]
    if value <= 0 or (alike and value < 1 and result.score.examples > 1):
        warn(
            f"{figure} on the dev examples is {value:.4g}"
            + (" and all of them get the same answer" if alike else "")
            + "; the model may have learned nothing, as it does where "
            f"learning_rate={result.learning_rate:.2g} is too high for it: try "
            "a third of it, or more epochs"
        )


def _facts(source, task: Task, options, parts) -> dict[str, Any]:
    """What must be the same for a training to go on."""
    fixed = dataclasses.asdict(options)
    del fixed["tensorboard"]
    return {
        "model": str(source),
        "task": task.name,
        **task.settings,
        **fixed,
        "examples": [len(part) for part in parts if part],
        "checksum of the examples": checksum_of_examples(
            itertools.chain(*parts)
        ),
    }


def _save(
    result: FinetuneResult, task: Task, about, options, output, overwrite
) -> None:
    """Writes the model first: a picture that fails does not cost it."""
    report = {
        "task": task.name,
        **about,
        "options": dataclasses.asdict(options),
        **result.to_dict(),
    }
    with new_directory(output, overwrite) as directory:
        result.model.save_preset(directory, overwrite=True)
        write_json(directory / "report.json", report)
    try:
        if task.has_picture:
            task.draw(result.score, Path(output, "score.png"))
    except Exception as error:  # a font, a backend, too many classes
        warn(f"{output}: saved without its picture: {error}")
