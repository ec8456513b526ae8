"""The `albert-tf` command: the only place that parses arguments and prints.

Each command imports what it needs when it runs, so that `--help` is quick and
`predict` with a `.tflite` file never loads TensorFlow.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from albert_tf.errors import UserError

# Before anything imports TensorFlow: it tells of GPUs that are not there.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

app = typer.Typer(
    name="albert-tf",
    help="ALBERT for TensorFlow and Keras 3, from pre-training to a phone.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
# Texts and labels may hold what rich would take for markup.
console = Console(highlight=False, markup=False)

Model = Annotated[
    str,
    typer.Argument(
        help="A directory made by finetune, hf:ID-or-directory, "
        "tf1:checkpoint, or a .tflite file.",
        show_default=False,
    ),
]
TextColumn = Annotated[
    str | None,
    typer.Option("--text", help="Column of the text.", show_default=False),
]
PairColumn = Annotated[
    str | None,
    typer.Option("--pair", help="Column of a second text.", show_default=False),
]
LabelColumn = Annotated[
    str, typer.Option("--label", help="Column of the class.")
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace what is there.")
]


def main() -> None:
    """Runs the command; a mistake of the user's is one line and status 2."""
    warnings.showwarning = _show_warning
    try:
        app()
    except UserError as error:
        status = _fail(str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        status = _fail(f"{place}{error.strerror or error}")
    sys.exit(status)


@app.command()
def demo(
    output: Annotated[Path, typer.Option(help="Where the results go.")] = Path(
        "build/demo"
    ),
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
        console.print(
            f'"{text}" -> {prediction.label} ({prediction.score:.2f})'
        )
    console.print(tables.two_columns(report.rows()))
    console.print(snips.NEXT_STEPS.format(output=output))


@app.command()
def finetune(
    train: Annotated[
        Path,
        typer.Option(help="Labelled examples: TSV, CSV or JSON Lines."),
    ],
    dev: Annotated[
        Path, typer.Option(help="Labelled examples that choose the epoch.")
    ],
    output: Annotated[Path, typer.Option(help="Directory to make.")],
    model: Annotated[
        str,
        typer.Option(
            help="What to start from: a preset name (random weights), a "
            "directory, hf:ID-or-directory, tf1:checkpoint or "
            "keras_hub:PRESET."
        ),
    ] = "albert_nano",
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = "label",
    epochs: Annotated[int, typer.Option(help="Passes over the data.")] = 3,
    batch_size: Annotated[int, typer.Option(help="Examples a step.")] = 32,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            help="Peak; 5e-5 for trained weights, 5e-4 for random ones.",
            show_default=False,
        ),
    ] = None,
    warmup_share: Annotated[
        float, typer.Option(help="Share of the steps with a rising rate.")
    ] = 0.1,
    weight_decay: Annotated[
        float, typer.Option(help="Decay of all matrices.")
    ] = 0.01,
    dropout: Annotated[
        float | None,
        typer.Option(
            help="In place of the model's own dropout.", show_default=False
        ),
    ] = None,
    max_length: Annotated[
        int, typer.Option(help="Longest sequence in tokens.")
    ] = 512,
    patience: Annotated[
        int | None,
        typer.Option(
            help="Stop after so many epochs without a better dev accuracy.",
            show_default=False,
        ),
    ] = None,
    balance_classes: Annotated[
        bool, typer.Option(help="Weigh rare classes up.")
    ] = False,
    precision: Annotated[
        str,
        typer.Option(help="float32, mixed_bfloat16 or mixed_float16."),
    ] = "float32",
    seed: Annotated[
        int, typer.Option(help="Of weights, order and dropout.")
    ] = 0,
    mirrored: Annotated[
        bool, typer.Option(help="Use all GPUs of this machine.")
    ] = False,
    tensorboard: Annotated[
        str | None,
        typer.Option(help="Directory for TensorBoard.", show_default=False),
    ] = None,
    baseline: Annotated[
        bool,
        typer.Option(help="Also fit TF-IDF with logistic regression."),
    ] = False,
    overwrite: Overwrite = False,
):
    """Trains a classifier on labelled texts, or pairs of texts.

    Example: [bold]albert-tf finetune --model albert_nano --train train.tsv
    --dev dev.tsv --output build/model[/bold]
    """
    from albert_tf import tables
    from albert_tf.data.readers import read_examples
    from albert_tf.files import refuse_existing

    refuse_existing(output, overwrite)
    columns = {
        "text_column": text,
        "pair_column": pair,
        "label_column": label,
    }
    examples = read_examples(train, **columns)
    dev_examples = read_examples(dev, **columns)

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
    console.print(
        f"{len(examples):,} examples to train, {len(dev_examples):,}"
        " for development"
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
    console.print(
        f"truncated {result.truncated_share:.1%} of the examples, "
        f"padding {result.padded_share:.1%} of the positions"
    )
    if baseline:
        from albert_tf.evaluation.baseline import tfidf_accuracy

        accuracy = tfidf_accuracy(examples, dev_examples)
        console.print(
            f"dev accuracy {result.report.accuracy:.4f}; TF-IDF with logistic "
            f"regression {accuracy:.4f}"
        )
    if result.interrupted:
        raise UserError(
            f"interrupted after {result.epochs} whole epochs; the best "
            f"weights so far are in {output}"
        )
    console.print(f"saved to {output}")


@app.command()
def evaluate(
    model: Model,
    file: Annotated[
        Path, typer.Argument(help="Labelled examples.", show_default=False)
    ],
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = "label",
    plot: Annotated[
        Path | None,
        typer.Option(
            help="PNG file for the confusion matrix.", show_default=False
        ),
    ] = None,
):
    """Scores a classifier on labelled texts.

    Example: [bold]albert-tf evaluate build/model test.tsv[/bold]
    """
    import numpy as np

    from albert_tf import tables
    from albert_tf.data.labels import label_ids
    from albert_tf.data.readers import read_examples
    from albert_tf.evaluation.classification import evaluate_classification

    examples = read_examples(
        file, text_column=text, pair_column=pair, label_column=label
    )
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
        console.print(f"confusion matrix in {plot}")


@app.command()
def predict(
    model: Model,
    texts: Annotated[
        list[str] | None,
        typer.Argument(
            help="Texts; none: the lines of the standard input.",
            show_default=False,
        ),
    ] = None,
    pair: Annotated[
        str | None,
        typer.Option(
            help="The second text, for a model of pairs.", show_default=False
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line.")
    ] = False,
):
    """Labels texts. A .tflite file needs no TensorFlow for it.

    Example: [bold]albert-tf predict build/demo/model.tflite "play some
    jazz"[/bold]
    """
    classifier = _load_classifier(model)
    texts = texts or _lines_of_stdin()
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
        str,
        typer.Argument(
            help="A directory made by finetune, or any other source.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path, typer.Argument(help="The .tflite file.", show_default=False)
    ],
    quantization: Annotated[
        str, typer.Option(help="int8 or float32.")
    ] = "int8",
    verify: Annotated[
        Path | None,
        typer.Option(
            help="Labelled examples: compare the file with Keras on them.",
            show_default=False,
        ),
    ] = None,
    threshold: Annotated[
        float,
        typer.Option(help="Points of accuracy that the file may lose."),
    ] = 0.5,
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = "label",
    overwrite: Overwrite = False,
):
    """Makes one file for the phone: model, labels and vocabulary.

    Example: [bold]albert-tf export build/model model.tflite --verify
    dev.tsv[/bold]
    """
    from albert_tf import tables
    from albert_tf.files import refuse_existing

    refuse_existing(output, overwrite)
    examples = None
    if verify is not None:
        from albert_tf.data.readers import read_examples

        examples = read_examples(
            verify, text_column=text, pair_column=pair, label_column=label
        )
    import export as exporter
    from albert_tf.checkpoints import load_model

    loaded = load_model(model)
    exporter.to_tflite(loaded, output, quantization, overwrite=overwrite)
    console.print(f"{output}: {output.stat().st_size:,} bytes")
    if examples is not None:
        report = exporter.verify(loaded, output, examples, threshold=threshold)
        console.print(tables.fields(report))


@app.command()
def convert(
    source: Annotated[
        str,
        typer.Argument(
            help="hf:ID-or-directory, tf1:checkpoint, keras_hub:PRESET or a "
            "directory of ours.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path, typer.Argument(help="Directory to make.", show_default=False)
    ],
    to: Annotated[
        str, typer.Option(help="albert_tf, huggingface or tf1.")
    ] = "albert_tf",
    overwrite: Overwrite = False,
):
    """Writes a checkpoint in the format of another library.

    Example: [bold]albert-tf convert tf1:albert_base model --to
    huggingface[/bold]
    """
    from albert_tf.checkpoints import convert as run

    checkpoint = run(source, output, to, overwrite=overwrite)
    console.print(f"{len(checkpoint.weights)} weights written to {output}")


@app.command()
def info(
    preset: Annotated[
        str | None,
        typer.Argument(
            help="A preset's name, or a config.json; none: all presets.",
            show_default=False,
        ),
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
    if path.exists():
        config = AlbertConfig.load(path)
    else:
        config = AlbertConfig.from_preset(preset)
    console.print(tables.sizes(preset, config))
    console.print(tables.operations(config))
    console.print(
        "Few parameters do not mean few operations: the layers share their "
        f"weights,\nbut all {config.num_hidden_layers} of them are computed. "
        "Time goes with the operations, memory with\nthe parameters."
    )


@app.command()
def vocabulary(
    files: Annotated[
        list[Path],
        typer.Argument(help="Text files, UTF-8.", show_default=False),
    ],
    output: Annotated[Path, typer.Option(help="The .model file to make.")],
    size: Annotated[int, typer.Option(help="Number of tokens.")] = 30000,
    overwrite: Overwrite = False,
):
    """Trains a SentencePiece vocabulary as the official one was trained.

    Example: [bold]albert-tf vocabulary corpus.txt --output my.model --size
    8000[/bold]
    """
    from albert_tf.tokenizers import train_vocabulary

    train_vocabulary(files, output, vocab_size=size, overwrite=overwrite)
    console.print(f"{size:,} tokens in {output}")


def _load_classifier(source: str):
    """Something with `labels` and `classify`: a file or a Keras model."""
    if source.endswith(".tflite"):
        from export import TFLiteClassifier

        return TFLiteClassifier(source)
    from albert_tf.models import AlbertClassifier

    return AlbertClassifier.from_preset(source)


def _lines_of_stdin() -> list[str]:
    try:
        lines = sys.stdin.buffer.read().decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise UserError(
            f"standard input: not UTF-8 (byte {error.start})"
        ) from None
    if not lines:
        raise UserError("no text was given, and the standard input is empty")
    return lines


def _fail(message: str) -> int:
    print(f"albert-tf: {' '.join(message.split())}", file=sys.stderr)
    return 2


def _show_warning(message, category, filename, lineno, file=None, line=None):
    if category is UserWarning:
        text = " ".join(str(message).split())
        print(f"albert-tf: warning: {text}", file=sys.stderr)


if __name__ == "__main__":
    main()
