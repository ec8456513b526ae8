"""The `albert-tf` command: parses the arguments and shows the results.

Each command imports what it needs when it runs, so that `--help` is quick and
`predict` with a `.tflite` file never loads TensorFlow.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from typing import Annotated

import typer

from albert_tf import __version__
from albert_tf.cli import (
    adaptation,
    augmentation,
    benchmarking,
    compression,
    demo,
    distillation,
    embedding,
    finetuning,
    models,
    pretraining,
    serving,
    tasks,
)
from albert_tf.cli.terminal import fail, show_warning
from albert_tf.errors import UserError

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
for command in (
    demo.demo,
    pretraining.vocabulary,
    pretraining.prepare,
    pretraining.pretrain,
    compression.compress,
    distillation.distill,
    adaptation.adapt,
    augmentation.augment,
    augmentation.clean,
    finetuning.finetune,
    tasks.evaluate,
    tasks.predict,
    embedding.embed,
    embedding.search,
    models.export,
    benchmarking.benchmark,
    models.convert,
    serving.serve,
    models.info,
):
    app.command()(command)


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Say the version and end.")
    ] = False,
):
    """ALBERT for TensorFlow and Keras 3, from pre-training to a phone."""
    if version:
        print(f"albert-tf {__version__}")


def main() -> None:
    """Runs the command; a mistake of the user's is one line and status 2."""
    warnings.showwarning = show_warning
    arguments = sys.argv[1:] or ["--help"]
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # any terminal shows any text
            stream.reconfigure(errors="backslashreplace")
    try:
        # The status is None after a command and a number after --help.
        status = app(arguments, prog_name="albert-tf", standalone_mode=False)
    except UsageError as error:
        hint = f"see {error.ctx.command_path} --help"
        if error.ctx.info_name == "predict" and hasattr(error, "option_name"):
            hint = f"a text that begins with - goes after --; {hint}"
        status = fail(f"{error.format_message().rstrip('.')}; {hint}")
    except UserError as error:
        status = fail(str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        status = fail(f"{place}{error.strerror or error}")
    sys.exit(status or 0)
