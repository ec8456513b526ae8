"""The `albert-tf` command: parses the arguments and shows the results.

Each command imports what it needs when it runs, so that `--help` is quick and
`predict` with a `.tflite` file never loads TensorFlow.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from albert_tf.errors import UserError
from albert_tf.terminal import console, fail, read_lines, say, show_warning

# Before anything imports TensorFlow: it tells of GPUs that are not there, and
# warns of the graph that each length of a batch gets.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
logging.getLogger("tensorflow").setLevel(logging.ERROR)
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

app = typer.Typer(
    help="ALBERT for TensorFlow and Keras 3, from pre-training to a phone.",
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
# What typer's own copy of click raises; it has no public name.
UsageError = typer.BadParameter.__base__

Model = Annotated[
    str,
    Argument(
        help="A .tflite file, a directory made by finetune, "
        "hf:ID-or-directory or tf1:checkpoint."
    ),
]
TextColumn = Annotated[str | None, Option("--text", help="Column of the text.")]
PairColumn = Annotated[
    str | None, Option("--pair", help="Column of a second text.")
]
LabelColumn = Annotated[str, Option("--label", help="Column of the class.")]
Overwrite = Annotated[
    bool, Option("--overwrite", help="Replace what is there.")
]


def main() -> None:
    """Runs the command; a mistake of the user's is one line and status 2."""
    warnings.showwarning = show_warning
    arguments = sys.argv[1:] or ["--help"]
    try:
        # The status is None after a command and a number after --help.
        status = app(arguments, prog_name="albert-tf", standalone_mode=False)
    except UsageError as error:
        hint = f"see {error.ctx.command_path} --help"
        status = fail(f"{error.format_message().rstrip('.')}; {hint}")
    except UserError as error:
        status = fail(str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        status = fail(f"{place}{error.strerror or error}")
    sys.exit(status or 0)


@app.command()
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
    from albert_tf import tables
    from albert_tf.recipes import snips

    report = snips.run(output, console)
    for text, prediction in report.predictions.items():
        say(f'"{text}" -> {prediction.label} ({prediction.score:.2f})')
    console.print(tables.two_columns(report.rows()))
    say(snips.NEXT_STEPS.format(output=output))


@app.command()
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
            help="What to start from: a preset name (random weights), a "
            "directory, hf:ID-or-directory, tf1:checkpoint or "
            "keras_hub:PRESET."
        ),
    ] = "albert_nano",
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = "label",
    epochs: Annotated[int, Option(help="Passes over the data.")] = 3,
    batch_size: Annotated[int, Option(help="Examples a step.")] = 32,
    learning_rate: Annotated[
        float | None,
        Option(help="Peak; 5e-5 for trained weights, 5e-4 for random ones."),
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
    from albert_tf import tables
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


@app.command()
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

    from albert_tf import tables
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


@app.command()
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


@app.command()
def export(
    model: Annotated[
        str, Argument(help="A directory made by finetune, or any other source.")
    ],
    output: Annotated[Path, Argument(help="The .tflite file.")],
    quantization: Annotated[str, Option(help="int8 or float32.")] = "int8",
    verify: Annotated[
        Path | None,
        Option(help="Labelled examples: compare the file with Keras on them."),
    ] = None,
    threshold: Annotated[
        float, Option(help="Points of accuracy that the file may lose.")
    ] = 0.5,
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = "label",
    overwrite: Overwrite = False,
):
    """Makes one file for the phone: model, labels and vocabulary.

    With --verify, a file that loses accuracy is not written.

    Example: [bold]albert-tf export model model.tflite --verify dev.tsv[/bold]
    """
    from albert_tf import tables
    from albert_tf.files import check_new_file, new_file

    check_new_file(output, overwrite)
    examples = None
    if verify is not None:
        from albert_tf.data.readers import read_examples

        examples = read_examples(verify, text, pair, label)
    import export as exporter
    from albert_tf.checkpoints import load_model

    loaded = load_model(model)
    with new_file(output, overwrite) as file:
        exporter.to_tflite(loaded, file, quantization)
        if examples is not None:
            report = exporter.verify(loaded, file, examples, threshold)
            console.print(tables.fields(report))
    say(f"{output}: {output.stat().st_size:,} bytes")


@app.command()
def convert(
    source: Annotated[
        str,
        Argument(
            help="hf:ID-or-directory, tf1:checkpoint, keras_hub:PRESET or a "
            "directory of ours."
        ),
    ],
    output: Annotated[Path, Argument(help="Directory to make.")],
    to: Annotated[
        str, Option(help="albert_tf, huggingface or tf1.")
    ] = "albert_tf",
    overwrite: Overwrite = False,
):
    """Writes a checkpoint in the format of another library.

    Example:
    [bold]albert-tf convert tf1:albert_base model --to huggingface[/bold]
    """
    from albert_tf.checkpoints import convert as run

    checkpoint = run(source, output, to, overwrite=overwrite)
    say(f"{len(checkpoint.weights)} weights written to {output}")


@app.command()
def info(
    preset: Annotated[
        str | None,
        Argument(help="A preset's name, or a config.json; none: all presets."),
    ] = None,
):
    """What a model costs: parameters, bytes, operations.

    Example: [bold]albert-tf info albert_base_v2[/bold]
    """
    from albert_tf import tables
    from albert_tf.config import PRESETS, AlbertConfig

    if preset is None:
        console.print(tables.presets(PRESETS))
        return
    path = Path(preset)
    if path.is_dir():
        path = path / "config.json"
    if path.exists() or path.suffix == ".json":
        config = AlbertConfig.load(path)
    else:
        config = AlbertConfig.from_preset(preset)
    console.print(tables.sizes(preset, config))
    console.print(tables.operations(config))
    say(
        "Few parameters do not mean few operations: the layers share their "
        f"weights,\nbut all {config.num_hidden_layers} of them are computed. "
        "Time goes with the operations, memory with\nthe parameters."
    )


@app.command()
def vocabulary(
    files: Annotated[list[Path], Argument(help="Text files, UTF-8.")],
    output: Annotated[Path, Option(help="The .model file to make.")],
    size: Annotated[int, Option(min=1, help="Number of tokens.")] = 30000,
    overwrite: Overwrite = False,
):
    """Trains a SentencePiece vocabulary as the official one was trained.

    Example:
    [bold]albert-tf vocabulary corpus.txt --output my.model --size 8000[/bold]
    """
    from albert_tf.tokenizers import train_vocabulary

    if output.suffix != ".model":
        raise UserError(f"{output}: the name of a vocabulary ends with .model")
    made = train_vocabulary(files, output, size, overwrite=overwrite)
    say(
        f"{size:,} tokens of {made['lines']:,} lines in {output}; "
        f"{made['skipped_lines']:,} lines were too long"
    )


def _load_classifier(source: str):
    """Something with `labels` and `classify`: a file or a Keras model."""
    if source.endswith(".tflite") or os.path.isfile(source):
        from export import TFLiteClassifier

        return TFLiteClassifier(source)
    from albert_tf.models import AlbertClassifier

    return AlbertClassifier.from_preset(source)


if __name__ == "__main__":
    main()
