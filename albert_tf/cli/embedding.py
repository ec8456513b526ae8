"""The command for vectors of texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from rich.progress import track
from typer import Argument, Context, Option

from albert_tf.cli.arguments import Overwrite
from albert_tf.cli.opening import open_predictor
from albert_tf.cli.options import refuse
from albert_tf.cli.tasks import tell_truncated
from albert_tf.cli.terminal import console, read_lines, say
from albert_tf.errors import UserError

_CHUNK = 256  # texts that are answered and printed at once


def embed(
    context: Context,
    model: Annotated[
        str,
        Argument(
            help="Any encoder: a directory, hf:ID-or-directory, ...; or a "
            ".tflite file that export wrote with --task similarity."
        ),
    ],
    texts: Annotated[
        Path | None,
        Argument(help="A text a line; none: the standard input."),
    ] = None,
    output: Annotated[
        Path | None,
        Option(help="The .npy file of all vectors, float32 [texts, size]."),
    ] = None,
    as_json: Annotated[
        bool, Option("--json", help="One JSON object a line.")
    ] = False,
    overwrite: Overwrite = False,
):
    """Vectors of texts: the mean of the tokens, normalized.

    Their products are cosines, which tell how alike two texts are.

    Example:
    [bold]albert-tf embed albert_mini_en texts.txt --output vectors.npy[/bold]
    """
    if (output is None) != as_json:
        raise UserError("give --output for a file, or --json; one of them")
    if as_json:
        refuse(context, ["overwrite"], "needs --output")
    import numpy as np

    from albert_tf.files import check_new_file, new_file

    if output is not None:
        check_new_file(output, overwrite)
    lines = read_lines() if texts is None else _read(texts)
    predictor = open_predictor(model, "similarity")
    vectors = []
    for start in track(
        range(0, len(lines), _CHUNK),
        "embedding",
        console=console,
        transient=True,
        disable=as_json or not console.is_terminal,
    ):
        chunk = lines[start : start + _CHUNK]
        answers = predictor.predict(chunk)
        if not as_json:
            vectors += answers
            continue
        for text, answer in zip(chunk, answers, strict=True):
            values = {"text": text, **predictor.task.to_json(answer)}
            print(json.dumps(values, ensure_ascii=False), flush=True)
    tell_truncated(predictor)
    if output is None:
        return
    with new_file(output, overwrite) as path, open(path, "wb") as file:
        np.save(file, np.stack(vectors))
    say(f"{output}: {len(vectors):,} vectors of {len(vectors[0])} numbers")


def _read(path: Path) -> list[str]:
    """All lines, empty ones too, so that vector n is of line n."""
    from albert_tf.data.text_files import read_lines as lines_of

    lines = [line.rstrip("\r\n") for _, line in lines_of(path)]
    if not any(line.strip() for line in lines):
        raise UserError(f"{path}: has no text")
    return lines
