"""The commands around a classifier."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from albert_tf.cli.arguments import (
    LabelColumn,
    Model,
    Overwrite,
    PairColumn,
    TextColumn,
)
from albert_tf.cli.terminal import console, read_lines, say
from albert_tf.errors import UserError


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


def finetune(
    train: Annotated[
        Path, Option(help="Labelled examples: TSV, CSV or JSON Lines.")
    ],
    dev: Annotated[
        Path, Option(help="Labelled examples that choose the epoch.")
    ],
    output: Annotated[Path, Option(help="Directory to make.")],
    model: Annotated[
        str,
        Option(
            help="What to start from: albert_nano_en (our English weights), "
            "another preset name (random weights), a directory, "
            "hf:ID-or-directory, tf1:checkpoint or keras_hub:PRESET."
        ),
    ] = "albert_nano_en",
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = "label",
    epochs: Annotated[int, Option(help="Passes over the data.")] = 3,
    batch_size: Annotated[int, Option(help="Examples a step.")] = 32,
    learning_rate: Annotated[
        float | None,
        Option(
            help="Peak; 5e-5 for trained weights of width 768, others in "
            "proportion to 1/width; 5e-4 for random ones up to width 128, "
            "wider ones less, as 1/width."
        ),
    ] = None,
    warmup_share: Annotated[
        float, Option(help="Share of the steps with a rising rate.")
    ] = 0.1,
    weight_decay: Annotated[
        float, Option(help="Decay of all matrices.")
    ] = 0.01,
    dropout: Annotated[
        float | None, Option(help="In place of the model's own dropout.")
    ] = None,
    max_length: Annotated[
        int, Option(help="Longest sequence in tokens.")
    ] = 512,
    patience: Annotated[
        int | None,
        Option(help="Stop after so many epochs without a better dev accuracy."),
    ] = None,
    balance_classes: Annotated[
        bool, Option("--balance-classes", help="Weigh rare classes up.")
    ] = False,
    precision: Annotated[
        str, Option(help="float32, mixed_bfloat16 or mixed_float16.")
    ] = "float32",
    seed: Annotated[int, Option(help="Of weights, order and dropout.")] = 0,
    mirrored: Annotated[
        bool, Option("--mirrored", help="Use all GPUs of this machine.")
    ] = False,
    tensorboard: Annotated[
        str | None, Option(help="Directory for TensorBoard.")
    ] = None,
    baseline: Annotated[
        bool,
        Option("--baseline", help="Also fit TF-IDF with logistic regression."),
    ] = False,
    overwrite: Overwrite = False,
):
    """Trains a classifier on labelled texts, or pairs of texts.

    Example:
    [bold]albert-tf finetune --train train.tsv --dev dev.tsv --output my[/bold]
    """
    from albert_tf.cli import tables
    from albert_tf.data.readers import read_examples
    from albert_tf.files import check_new_directory

    check_new_directory(output, overwrite)
    examples = read_examples(train, text, pair, label)
    dev_examples = read_examples(dev, text, pair, label)

    from albert_tf.training.finetune import FinetuneOptions
    from albert_tf.training.finetune import finetune as run

    options = FinetuneOptions(
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        warmup_share=warmup_share,
        weight_decay=weight_decay,
        dropout=dropout,
        max_length=max_length,
        patience=patience,
        balance_classes=balance_classes,
        precision=precision,
        seed=seed,
        tensorboard=tensorboard,
    )
    strategy = None
    if mirrored:
        import tensorflow as tf

        strategy = tf.distribute.MirroredStrategy()
    say(
        f"{len(examples):,} examples to train, {len(dev_examples):,} for "
        "development"
    )
    result = run(
        model,
        examples,
        dev_examples,
        output,
        options,
        console=console,
        strategy=strategy,
        overwrite=overwrite,
    )
    console.print(tables.classification(result.report))
    say(
        f"truncated {result.truncated_share:.1%} of the examples, "
        f"padding {result.padded_share:.1%} of the positions"
    )
    if result.interrupted:
        raise UserError(
            f"interrupted after {result.epochs} whole epochs; the best "
            f"weights so far are in {output}"
        )
    say(f"saved to {output}")
    if baseline:
        from albert_tf.evaluation.baseline import tfidf_accuracy

        accuracy = tfidf_accuracy(examples, dev_examples)
        say(
            f"dev accuracy {result.report.accuracy:.4f}; TF-IDF with logistic "
            f"regression {accuracy:.4f}"
        )


def evaluate(
    model: Model,
    file: Annotated[Path, Argument(help="Labelled examples.")],
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = "label",
    plot: Annotated[
        Path | None, Option(help="PNG file for the confusion matrix.")
    ] = None,
    overwrite: Overwrite = False,
):
    """Scores a classifier on labelled texts.

    Example: [bold]albert-tf evaluate model test.tsv[/bold]
    """
    import numpy as np

    from albert_tf.cli import tables
    from albert_tf.data.labels import label_ids
    from albert_tf.data.readers import read_examples
    from albert_tf.evaluation.classification import evaluate_classification
    from albert_tf.files import check_new_file

    if plot is not None:
        if plot.suffix != ".png":
            raise UserError(f"{plot}: the name of a picture ends with .png")
        check_new_file(plot, overwrite)
    examples = read_examples(file, text, pair, label)
    classifier = _load_classifier(model)
    truth = label_ids(examples, classifier.labels, file)
    pairs = [example.pair for example in examples]
    predictions = classifier.classify(
        [example.text for example in examples],
        None if None in pairs else pairs,
    )
    predicted = [classifier.labels.index(p.label) for p in predictions]
    report = evaluate_classification(
        truth, np.array(predicted), classifier.labels
    )
    console.print(tables.classification(report))
    if plot is not None:
        from albert_tf.evaluation.confusion_plot import plot_confusion_matrix

        plot_confusion_matrix(report, plot)
        say(f"confusion matrix in {plot}")


def predict(
    model: Model,
    texts: Annotated[
        list[str] | None,
        Argument(help="Texts; none: the lines of the standard input."),
    ] = None,
    pair: Annotated[
        str | None, Option(help="The second text, for a model of pairs.")
    ] = None,
    as_json: Annotated[
        bool, Option("--json", help="One JSON object a line.")
    ] = False,
):
    """Labels texts. A .tflite file needs no TensorFlow for it.

    Example: [bold]albert-tf predict model.tflite "play some jazz"[/bold]
    """
    texts = texts or read_lines()
    classifier = _load_classifier(model)
    pairs = None if pair is None else [pair] * len(texts)
    predictions = classifier.classify(texts, pairs)
    for text, prediction in zip(texts, predictions, strict=True):
        if as_json:
            values = {"text": text, **dataclasses.asdict(prediction)}
            print(json.dumps(values, ensure_ascii=False))
        else:
            print(f"{prediction.label}\t{prediction.score:.4f}\t{text}")


def _load_classifier(source: str):
    """Something with `labels` and `classify`: a file or a Keras model."""
    if source.endswith(".tflite") or os.path.isfile(source):
        from export import TFLiteClassifier

        return TFLiteClassifier(source)
    from albert_tf.models import AlbertClassifier

    return AlbertClassifier.from_preset(source)
