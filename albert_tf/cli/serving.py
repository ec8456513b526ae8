"""The command that answers over HTTP: serve."""

from __future__ import annotations

import os
from typing import Annotated

from typer import Argument, Context

from albert_tf.cli.options import refuse, takes_options
from albert_tf.errors import UserError
from albert_tf.serving.serve_options import ServeOptions

_EXTRA = ("fastapi", "fastapi_offline", "prometheus_client", "uvicorn")


@takes_options
def serve(
    context: Context,
    source: Annotated[
        str,
        Argument(
            help="A .tflite file, or the directory of a SavedModel, made by "
            "export."
        ),
    ],
    options: ServeOptions,
):
    """Answers texts over HTTP, as TensorFlow Serving and KServe do.

    Example: [bold]albert-tf serve my_model.tflite --port 8501[/bold]
    """
    if os.path.isdir(source):
        refuse(context, ["threads"], "is for files; TensorFlow takes all cores")
    else:
        why = "is for SavedModels; a file computes each sequence by itself"
        refuse(context, ["batch_tokens"], why)
    try:
        from albert_tf.serving.server import serve
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            raise
        raise UserError(
            f"serving needs {error.name}: pip install 'albert-tf[serving]'"
        ) from error
    serve(source, options)
