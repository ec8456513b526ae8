"""Fine-tuning a classifier on labelled examples."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console

from albert_tf.checkpoints.sources import has_weights
from albert_tf.data.batches import BucketedBatches
from albert_tf.data.example import Example
from albert_tf.data.labels import find_labels, label_ids
from albert_tf.errors import UserError, require, require_at_least
from albert_tf.evaluation.classification import (
    ClassificationReport,
    evaluate_classification,
)
from albert_tf.evaluation.confusion_plot import plot_confusion_matrix
from albert_tf.files import check_new_directory, new_directory
from albert_tf.models.classifier import AlbertClassifier
from albert_tf.training.adamw import AdamW
from albert_tf.training.interruption import Interruption
from albert_tf.training.progress import TrainingProgress
from albert_tf.training.schedules import WarmupPolynomialDecay
from albert_tf.training.training_options import check_training_options

_BALANCED = "balanced_accuracy"


@dataclasses.dataclass(frozen=True)
class FinetuneOptions:
    """How to fine-tune. The defaults are those of the official code.

    Attributes:
        epochs: passes over the training examples.
        batch_size: B, examples a step, over all devices together.
        learning_rate: its peak; None takes `default_learning_rate`.
        warmup_share: share of the steps in which the rate rises from 0; in
            the rest it falls to 0 on a straight line.
        weight_decay: of all matrices, see `AdamW`.
        dropout: after embeddings, attention and feed-forward network, and on
            attention probabilities (the paper's "ALBERT DR"); None for what
            the source says.
        max_length: longest sequence in tokens; what is longer is truncated.
        patience: stop after so many epochs without a better dev accuracy;
            None never stops early. The best epoch's weights are kept anyway.
        balance_classes: weigh each example by the rarity of its class, in the
            loss and where dev examples choose the best epoch; else a model
            that knows only the common class may be the best.
        precision: "float32", "mixed_bfloat16" or "mixed_float16".
        seed: of weights, order and dropout.
        tensorboard: directory for TensorBoard, or None.
    """

    epochs: int = 3
    batch_size: int = 32
    learning_rate: float | None = None
    warmup_share: float = 0.1
    weight_decay: float = 0.01
    dropout: float | None = None
    max_length: int = 512
    patience: int | None = None
    balance_classes: bool = False
    precision: str = "float32"
    seed: int = 0
    tensorboard: str | None = None

    def __post_init__(self):
        require_at_least(
            1,
            epochs=self.epochs,
            batch_size=self.batch_size,
            max_length=self.max_length,
        )
        require(
            0 <= self.warmup_share < 1,
            "must be at least 0 and less than 1",
            warmup_share=self.warmup_share,
        )
        check_training_options(self)


@dataclasses.dataclass(frozen=True)
class FinetuneResult:
    """What came of it.

    Attributes:
        model: the classifier with the best epoch's weights.
        report: its scores on the dev examples.
        epochs: epochs that were finished.
        interrupted: whether Ctrl-C ended the training.
        truncated_share: share of the training examples that were longer than
            `max_length`.
        padded_share: share of padding among the positions trained on.
        history: one list of values for each quantity, a value an epoch.
    """

    model: AlbertClassifier
    report: ClassificationReport
    epochs: int
    interrupted: bool
    truncated_share: float
    padded_share: float
    history: dict[str, list[float]]

    def to_dict(self) -> dict:
        """All but the model, ready for JSON."""
        return {
            "dev": self.report.to_dict(),
            "epochs": self.epochs,
            "interrupted": self.interrupted,
            "truncated_share": self.truncated_share,
            "padded_share": self.padded_share,
            "history": self.history,
        }


def finetune(
    source: str | os.PathLike,
    train: Sequence[Example],
    dev: Sequence[Example],
    output: str | os.PathLike,
    options: FinetuneOptions | None = None,
    labels: Sequence[str] | None = None,
    console: Console | None = None,
    strategy: tf.distribute.Strategy | None = None,
    overwrite: bool = False,
) -> FinetuneResult:
    """Trains a classifier, keeps its best epoch and saves it.

    Ctrl-C ends the training early; the best weights so far are saved all the
    same and the result says so.

    Args:
        source: what to start from, see `PresetModel.from_preset`.
        train: labelled examples.
        dev: labelled examples that choose the best epoch.
        output: directory to make: a preset with `report.json` and
            `confusion_matrix.png`.
        options: how to train; None for the defaults.
        labels: the classes; None for those found in `train`.
        console: where to show the progress; None for nowhere.
        strategy: such as `tf.distribute.MirroredStrategy()`; None for one
            device.
        overwrite: replace `output` if it exists.

    Returns:
        The model and its scores.

    Raises:
        UserError: on a mistake in the data, the options or the source.
    """
    options = options or FinetuneOptions()
    check_new_directory(output, overwrite)
    _check_tensorboard(options.tensorboard, output)
    labels = list(labels or find_labels(train))
    train_ids = label_ids(train, labels, "training examples")
    dev_ids = label_ids(dev, labels, "dev examples")

    keras.utils.set_random_seed(options.seed)
    with strategy.scope() if strategy else contextlib.nullcontext():
        model = AlbertClassifier.from_preset(
            source,
            labels=labels,
            dropout=options.dropout,
            dtype=options.precision,
        )
        encodings = model.limit_length(options.max_length).encode(
            *_columns(train)
        )
        train_batches = BucketedBatches(
            encodings,
            targets=train_ids,
            weights=_balance(train_ids) if options.balance_classes else None,
            batch_size=options.batch_size,
            shuffle=True,
            seed=options.seed,
        )
        steps = len(train_batches) * options.epochs
        width = model.config.hidden_size
        balanced = keras.metrics.SparseCategoricalAccuracy(_BALANCED)
        model.compile(
            _optimizer(source, width, options, steps),
            weighted_metrics=[balanced] if options.balance_classes else None,
        )
    dev_batches = BucketedBatches(
        model.preprocessor.encode(*_columns(dev)),
        targets=dev_ids,
        weights=_balance(dev_ids) if options.balance_classes else None,
        batch_size=options.batch_size,
    )
    history, interrupted = _fit(
        model, train_batches, dev_batches, options, console
    )
    logits = model.predict(dev_batches, verbose=0)["logits"]
    predicted = dev_batches.restore(logits.argmax(-1))
    result = FinetuneResult(
        model=model,
        report=evaluate_classification(dev_ids, predicted, labels),
        epochs=len(history.epoch),
        interrupted=interrupted,
        truncated_share=train_batches.truncated_share,
        padded_share=train_batches.padded_share,
        history=history.history,
    )
    _save(result, options, output, overwrite)
    return result


def _check_tensorboard(directory: str | None, output) -> None:
    if directory is None:
        return
    directory, output = Path(directory).resolve(), Path(output).resolve()
    if directory.exists() and not directory.is_dir():
        raise UserError(f"tensorboard={directory} is not a directory")
    if directory.is_relative_to(output):
        raise UserError(
            f"tensorboard={directory} must not be in the output directory, "
            "which is made as a whole in the end"
        )


def _fit(
    model: AlbertClassifier,
    train: BucketedBatches,
    dev: BucketedBatches,
    options: FinetuneOptions,
    console: Console | None,
) -> tuple[keras.callbacks.History, bool]:
    """Trains, and leaves the best epoch's weights in the model.

    Returns:
        The history, and whether Ctrl-C ended the training.
    """
    patience = options.patience
    best = keras.callbacks.EarlyStopping(
        monitor=f"val_{_BALANCED if options.balance_classes else 'accuracy'}",
        mode="max",
        patience=options.epochs if patience is None else patience,
        restore_best_weights=True,
    )
    history = keras.callbacks.History()
    callbacks = [best, history]
    if options.tensorboard is not None:
        callbacks.append(keras.callbacks.TensorBoard(options.tensorboard))
    if console is not None:
        callbacks.append(TrainingProgress(train, console))
    try:
        with Interruption() as interruption:
            model.fit(
                train,
                validation_data=dev,
                epochs=options.epochs,
                callbacks=[*callbacks, interruption],
                shuffle=False,
                verbose=0,
            )
    except KeyboardInterrupt:
        if best.best_weights is not None:
            model.set_weights(best.best_weights)
        return history, True
    finally:
        if console is not None:
            callbacks[-1].close()
    return history, False


def _columns(examples: Sequence[Example]):
    """Texts and pairs, the latter None if there are none."""
    texts = [example.text for example in examples]
    pairs = [example.pair for example in examples]
    if all(pair is None for pair in pairs):
        return texts, None
    return texts, pairs


def _balance(ids: np.ndarray) -> np.ndarray:
    """Weights that give each class the same sum, with a mean of 1."""
    counts = np.bincount(ids)
    return (len(ids) / np.count_nonzero(counts) / counts[ids]).astype("float32")


def default_learning_rate(hidden_size: int, trained: bool) -> float:
    """The peak that a model of this width learns at.

    Trained weights get 5e-5 at width 768, of the order of the paper's rates.
    Random ones learn at 5e-4 up to width 128; at 256 that leaves SST-2 at the
    common class, where 2e-4 learns it, and 2.5e-4 learns CoLA.

    Args:
        hidden_size: H.
        trained: whether the weights are trained ones.

    Returns:
        The peak of the learning rate.
    """
    if trained:
        return 5e-5 * 768 / hidden_size
    return 5e-4 * min(1, 128 / hidden_size)


def _optimizer(source, width, options, steps: int) -> AdamW:
    rate = options.learning_rate
    if rate is None:
        rate = default_learning_rate(width, has_weights(source))
    return AdamW(
        WarmupPolynomialDecay(
            rate,
            total_steps=steps,
            warmup_steps=int(steps * options.warmup_share),
        ),
        weight_decay=options.weight_decay,
    )


def _save(result: FinetuneResult, options, output, overwrite: bool) -> None:
    values = {"options": dataclasses.asdict(options), **result.to_dict()}
    text = json.dumps(values, indent=2) + "\n"
    with new_directory(output, overwrite) as directory:
        result.model.save_preset(directory, overwrite=True)
        (directory / "report.json").write_text(text, encoding="utf-8")
        plot_confusion_matrix(result.report, directory / "confusion_matrix.png")
