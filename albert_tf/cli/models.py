"""The commands around models of any task."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from albert_tf.cli.arguments import (
    Header,
    LabelColumn,
    Overwrite,
    PairColumn,
    TaskName,
    TextColumn,
    column_names,
    whole_numbers,
)
from albert_tf.cli.opening import open_model
from albert_tf.cli.options import field_names, given, refuse, takes_options
from albert_tf.cli.terminal import console, say
from albert_tf.errors import require_one_of
from export.quantization import Quantization


@takes_options
def export(
    context: Context,
    model: Annotated[
        str, Argument(help="A directory made by finetune, or any other source.")
    ],
    output: Annotated[
        Path,
        Argument(help="The .tflite file, or the directory of all versions."),
    ],
    parts: Annotated[Quantization, Option(show_default="--quantization")],
    task_name: TaskName = None,
    to: Annotated[
        str, Option("--format", help="tflite or saved-model.")
    ] = "tflite",
    version: Annotated[int, Option(help="Of a SavedModel: its number.")] = 1,
    tokens_only: Annotated[
        bool,
        Option("--tokens-only", help="Of a SavedModel: it takes no texts."),
    ] = False,
    quantization: Annotated[
        str | None,
        Option(
            help="Of the parts that are not told: float32, float16, int8 or "
            "int4; none: int8, or float32 with --compatible."
        ),
    ] = None,
    lengths: Annotated[
        str | None,
        Option(
            help="Tokens that sequences may have, such as 16,32,64,128,384, "
            "for runtimes that cannot resize; none: any number."
        ),
    ] = None,
    compatible: Annotated[
        str | None,
        Option(
            help="task-library: a file that MediaPipe's TextClassifier and "
            "the classes of the TFLite Task Library read as it is."
        ),
    ] = None,
    refine: Annotated[
        Path | None,
        Option(
            help="Examples, labels are not needed: train the weights to lose "
            "less in few bits."
        ),
    ] = None,
    refine_steps: Annotated[
        int, Option(help="Batches of 32 examples to refine with.")
    ] = 300,
    verify: Annotated[
        Path | None,
        Option(help="Labelled examples: compare the file with Keras on them."),
    ] = None,
    threshold: Annotated[
        float,
        Option(help="Points of the task's score that the file may lose."),
    ] = 0.5,
    android: Annotated[
        Path | None,
        Option(
            help="An Android app's assets: put the file there too, with its "
            "answers to 20 examples of --verify."
        ),
    ] = None,
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = None,
    header: Header = None,
    overwrite: Overwrite = False,
):
    """Makes one file for the phone: model, labels and vocabulary.

    Or, with --format saved-model, a directory for TensorFlow Serving. With
    --verify, what loses accuracy is not written.

    Example: [bold]albert-tf export model model.tflite --verify dev.tsv[/bold]
    """
    from albert_tf.cli import tables
    from albert_tf.files import check_new_file
    from export.android_assets import android_files, to_android
    from export.tflite import CLIENTS

    require_one_of(("tflite", "saved-model"), **{"--format": to})
    if to == "tflite":
        names = ["version", "tokens_only"]
        refuse(context, names, "needs --format saved-model")
        check_new_file(output, overwrite)
    else:
        names = ["android", "quantization", "lengths", "compatible"]
        names += ["refine", "refine_steps"]
        names += field_names(Quantization)
        refuse(context, names, "is of a .tflite file; a SavedModel is float32")
    if compatible is not None:
        require_one_of(CLIENTS, **{"--compatible": compatible})
        why = "is of int8 and int4; a file with --compatible is float32"
        refuse(context, ["refine"], why)
    kinds = None
    if quantization is not None or given(context, parts):
        kinds = dataclasses.replace(
            Quantization.of(quantization or "int8"), **given(context, parts)
        )
    numbers = None if lengths is None else whole_numbers(lengths, "--lengths")
    if verify is None:
        refuse(context, ["threshold", "android"], "needs --verify")
        if refine is None:
            names = ["text", "pair", "label", "header"]
            refuse(context, names, "needs --verify or --refine")
    if refine is None:
        refuse(context, ["refine_steps"], "needs --refine")
    if android is not None:
        android_files(android, output, overwrite)
    import export as exporter
    from albert_tf.data.columns import Columns
    from albert_tf.tasks import find_task
    from albert_tf.tasks.predictor import Predictor
    from albert_tf.training.bars import Bars

    task_class = None if task_name is None else find_task(task_name)
    loaded = open_model(model, task_name)
    examples, exported = None, loaded
    columns = Columns(text, pair, label)
    if verify is not None or refine is not None:
        task = Predictor.of_model(loaded, task_class=task_class).task
    if verify is not None:
        examples = task.read(verify, columns, header=column_names(header))
    if refine is not None:
        texts = task.read(
            refine, columns, labelled=False, header=column_names(header)
        )
        with Bars(console) as bars, bars.bar("refining", refine_steps) as step:
            exported = exporter.refine(
                loaded,
                texts,
                kinds or "int8",
                refine_steps,
                task_class=task_class,
                progress=step,
            )

    def check(place):
        if examples is not None:
            report = exporter.verify(
                loaded, place, examples, threshold, task_class=task_class
            )
            console.print(tables.fields(report))

    if to == "tflite":
        exporter.to_tflite(
            exported,
            output,
            kinds,
            overwrite,
            task_class,
            check,
            numbers,
            compatible,
        )
        size = output.stat().st_size
    else:
        output = exporter.to_saved_model(
            loaded, output, version, tokens_only, overwrite, task_class, check
        )
        size = sum(p.stat().st_size for p in output.rglob("*") if p.is_file())
    say(f"{output}: {size:,} bytes")
    if android is not None:
        for path in to_android(output, android, examples, overwrite):
            say(f"{path}: {path.stat().st_size:,} bytes")


def convert(
    source: Annotated[
        str,
        Argument(
            help="hf:ID-or-directory, tf1:checkpoint, tf_models:checkpoint, "
            "keras_hub:PRESET or a directory of ours."
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
    from albert_tf.models import convert as run

    checkpoint = run(source, output, to, overwrite=overwrite)
    say(f"{len(checkpoint.weights)} weights written to {output}")


def info(
    preset: Annotated[
        str | None,
        Argument(help="A preset's name, or a config.json; none: all presets."),
    ] = None,
):
    """What a model costs: parameters, bytes, operations.

    Example: [bold]albert-tf info albert_base_v2[/bold]
    """
    from albert_tf.cli import tables
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
