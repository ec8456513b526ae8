"""albert_nano_en: our own small English model, from books to weights.

What: 4 layers of width 256 on 81 public-domain books, 3,631 Amazon and
Wikipedia paragraphs of SquadShifts (CC BY 4.0); three other books are held
out.
Command: see `docs/pretraining.md`; this file turns the sources into documents.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

from albert_tf.files import new_file

HELD_OUT_TITLES = (
    "The Adventure of the Second Stain",
    "The Invisible Man",
    "Persuasion",
)


def write_documents(books: Path, paragraphs: list[Path], output: Path) -> None:
    """Writes `train.jsonl` and `held_out.jsonl`, one document a line.

    Args:
        books: text file of the books, each with `# Title:` before it; a
            chapter (`##`) becomes a document.
        paragraphs: files in SQuAD's format; an article becomes a document.
        output: directory to write to.
    """
    documents = {"train": [], "held_out": []}
    for title, chapters in _books(_read(books)):
        split = "held_out" if title in HELD_OUT_TITLES else "train"
        documents[split] += chapters
    for path in paragraphs:
        documents["train"] += _articles(json.loads(_read(path)))
    for split, texts in documents.items():
        with new_file(output / f"{split}.jsonl") as file:
            lines = [json.dumps({"text": text}) for text in texts]
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _read(path: Path) -> str:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return file.read()


def _books(text: str) -> Iterator[tuple[str, list[str]]]:
    """Titles and chapters."""
    for book in re.split(r"^# Title: ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = book.partition("\n")
        _, _, body = rest.partition("-------")
        chapters = re.split(r"^##.*$", body, flags=re.MULTILINE)
        # In these books underscores stand for italics.
        chapters = [chapter.replace("_", "").strip() for chapter in chapters]
        yield title.strip(), [chapter for chapter in chapters if chapter]


def _articles(squad: dict) -> list[str]:
    return [
        "\n".join(paragraph["context"] for paragraph in article["paragraphs"])
        for article in squad["data"]
    ]
