"""The commands for vectors of texts."""

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
    """Vectors of texts: the mean of the tokens, or what the model says.

    Their products are cosines, which tell how alike two texts are; but for a
    model whose directory says that its vectors are not of length 1.

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
    for chunk, answers in _embedded(predictor, lines, not as_json):
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


def search(
    file: Annotated[Path, Argument(help="What to search, a text a line.")],
    queries: Annotated[list[str], Argument(help="What to look for.")],
    model: Annotated[str, Option(help="As for embed.")] = "albert_mini_en",
    vectors: Annotated[
        Path | None,
        Option(
            help="What embed made of the file with this model; without it the "
            "file is embedded first."
        ),
    ] = None,
    index: Annotated[
        Path | None,
        Option(
            help="File of an approximate index of the vectors, for millions of "
            "lines (needs usearch); is made if it is not there."
        ),
    ] = None,
    top: Annotated[int, Option(min=1, help="How many lines to show.")] = 5,
    as_json: Annotated[
        bool, Option("--json", help="One JSON object a line.")
    ] = False,
):
    """The lines of a file that say nearly the same as a query.

    Each with its cosine and its number, the most alike first. All lines are
    compared, so none is missed, unless there is an --index.

    Example:
    [bold]albert-tf search questions.txt "how do I reset my password"[/bold]
    """
    import numpy as np

    from albert_tf.nearest import nearest, unit

    lines = _read(file)
    # An empty line has a vector too, and could be near to anything.
    written = np.flatnonzero([bool(line.strip()) for line in lines])
    if vectors is not None and index is not None and index.exists():
        raise UserError(f"{index}: is there already; leave --vectors out")
    predictor = open_predictor(model, "similarity")
    wanted = unit(np.stack(predictor.predict(queries)))

    def known():
        if vectors is not None:
            return _vectors(vectors, file, len(lines))[written]
        texts = [lines[line] for line in written]
        parts = _embedded(predictor, texts, not as_json)
        return np.stack([one for _, part in parts for one in part])

    if index is None:
        there = known()
        _check_size(there.shape[1], wanted, vectors, model, file)
        found = nearest(unit(there), wanted, top)
    else:
        there = _index(index, known, len(written), file)
        _check_size(there.size, wanted, index, model, file)
        found = there.nearest(wanted, top)
    tell_truncated(predictor)
    for query, places, cosines in zip(queries, *found, strict=True):
        if len(queries) > 1 and not as_json:
            print(f"{query}:")
        for line, cosine in zip(written[places], cosines, strict=True):
            text = lines[line]
            if not as_json:
                print(f"{cosine:.4f}\t{line + 1}\t{text}")
                continue
            values = {"query": query, "line": int(line) + 1, "text": text}
            values["cosine"] = float(cosine)
            print(json.dumps(values, ensure_ascii=False))


def _check_size(size: int, wanted, path: Path, model: str, file: Path) -> None:
    """Raises `UserError` if the vectors of a file are another model's."""
    if size != wanted.shape[1]:
        raise UserError(
            f"{path}: has vectors of {size} numbers, but {model} makes "
            f"{wanted.shape[1]}: embed {file} with this model"
        )


def _index(path: Path, known, lines: int, file: Path):
    """The index in a file; it is made of what `known` gives if need be."""
    from albert_tf.vector_index import VectorIndex

    if not path.exists():
        found = VectorIndex.make(path, known())
        say(f"{path}: an index of {len(found):,} vectors")
        return found
    found = VectorIndex(path)
    if len(found) != lines:
        raise UserError(
            f"{path}: has {len(found):,} vectors, but {file} has {lines:,} "
            "lines with text: remove it, and it is made anew"
        )
    return found


def _embedded(predictor, lines: list[str], with_bar: bool):
    """Chunks of lines with their vectors."""
    for start in track(
        range(0, len(lines), _CHUNK),
        "embedding",
        console=console,
        transient=True,
        disable=not with_bar or not console.is_terminal,
    ):
        chunk = lines[start : start + _CHUNK]
        yield chunk, predictor.predict(chunk)


def _vectors(path: Path, file: Path, lines: int):
    """The array in a .npy file."""
    import numpy as np

    try:
        vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path}: is no .npy file of vectors: {error}"
        ) from None
    if vectors.ndim != 2 or len(vectors) != lines:
        raise UserError(
            f"{path}: must hold a vector for each of the {lines:,} lines of "
            f"{file}; its axes are {list(vectors.shape)}"
        )
    return vectors


def _read(path: Path) -> list[str]:
    """All lines, empty ones too, so that vector n is of line n."""
    from albert_tf.data.text_files import read_lines as lines_of

    lines = [line.rstrip("\r\n") for _, line in lines_of(path)]
    if not any(line.strip() for line in lines):
        raise UserError(f"{path}: has no text")
    return lines
