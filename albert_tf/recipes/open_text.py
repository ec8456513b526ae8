"""Short texts of five open data sets, to distil on.

What: what people write and ask in CLINC150 (CC BY 3.0), Banking77 (CC BY 4.0)
and SNIPS (CC0), and paragraphs and questions of SquadShifts (CC BY 4.0), each
in a file of its own; only what is for training of the first three. Every text
stands there three times, as there is little beside books and web pages.
Command: `python -m albert_tf.recipes.open_text DATA FOLDER`, with the published
files in `DATA/clinc150`, `banking77`, `snips` and `squadshifts`.
Hardware: any, in seconds.
Expected: five files, 1.4 million tokens once.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from albert_tf.files import new_file

_TIMES = 3


def write(
    data: Annotated[Path, typer.Argument(help="Where the data sets are.")],
    folder: Annotated[Path, typer.Argument(help="Where to write.")],
) -> None:
    """Writes a `.txt` file for each set, a text a document."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, texts in _sources(data):
        lines = [" ".join(text.split()) for text in texts]
        documents = "".join(f"{line}\n\n" for line in lines if line)
        with new_file(folder / f"{name}.txt", overwrite=True) as file:
            file.write_text(documents * _TIMES, encoding="utf-8")


def _sources(data: Path) -> Iterator[tuple[str, list[str]]]:
    intents = _read_json(data / "clinc150" / "data_full.json.gz")
    yield (
        "clinc150",
        [
            text
            for split in ("train", "oos_train")
            for text, _ in intents[split]
        ],
    )
    path = data / "banking77" / "train.csv"
    with path.open(encoding="utf-8", newline="") as file:
        yield "banking77", [row["text"] for row in csv.DictReader(file)]
    commands = (data / "snips" / "train" / "seq.in").read_text(encoding="utf-8")
    yield "snips", commands.splitlines()
    for name in ("amazon_reviews", "new_wiki"):
        squad = _read_json(data / "squadshifts" / f"{name}_v1.0.json.gz")
        yield f"squadshifts_{name}", list(_squad_texts(squad))


def _read_json(path: Path) -> dict:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def _squad_texts(squad: dict) -> Iterator[str]:
    for article in squad["data"]:
        for paragraph in article["paragraphs"]:
            yield paragraph["context"]
            yield from (question["question"] for question in paragraph["qas"])


if __name__ == "__main__":
    typer.run(write)
