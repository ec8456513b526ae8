"""albert_nano_books_en: a small English model from books, without a teacher.

What: 4 layers of width 256 on 81 public-domain books and 3,631 Amazon and
Wikipedia paragraphs of SquadShifts (CC BY 4.0); three other books are held
out. First 32 tokens an example, then 128, as BERT went from 128 to 512.
Command: `python -m albert_tf.recipes.pretrained_nano books.txt.gz
paragraphs.json.gz --output work`; interrupted, it goes on where it was.
Hardware: 2 CPU cores, about two hours.
Expected: see MODEL_CARD.md beside the weights.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from albert_tf.evaluation.learning_curve import plot_learning_curve
from albert_tf.files import new_file
from albert_tf.recipes.half_precision import write_half_precision

VOCAB_SIZE = 8_000
HELD_OUT_TITLES = (
    "The Adventure of the Second Stain",
    "The Invisible Man",
    "Persuasion",
)


@dataclasses.dataclass(frozen=True)
class Stage:
    """A part of the training.

    Attributes:
        length: L, tokens of an example.
        batch_size: B.
        steps: how many.
    """

    length: int
    batch_size: int
    steps: int


STAGES = (Stage(32, 32, 3_600), Stage(128, 16, 7_200))


def train(
    books: Annotated[
        Path, typer.Argument(help="All books, each after `# Title:`.")
    ],
    paragraphs: Annotated[
        list[Path], typer.Argument(help="Files in SQuAD's format.")
    ],
    output: Annotated[Path, typer.Option(help="Directory of the work.")],
) -> None:
    """Makes `OUTPUT/nano`, in half precision."""
    console = Console()
    output.mkdir(parents=True, exist_ok=True)
    write_documents(books, paragraphs, output)
    vocabulary = output / "vocabulary.model"
    if not vocabulary.exists():
        _train_vocabulary(output, vocabulary)
    source, logs = "albert_nano", []
    for stage in STAGES:
        corpus = output / f"corpus_{stage.length}"
        if not corpus.exists():
            _prepare(output, corpus, vocabulary, stage)
        run = output / f"run_{stage.length}"
        _pretrain(source, corpus, run, stage, console)
        source = run / "model"
        logs.append(run / "log.jsonl")
    write_half_precision(source, output / "nano")
    plot_learning_curve(logs, output / "nano" / "curve.png")


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
        with new_file(output / f"{split}.jsonl", overwrite=True) as file:
            lines = [json.dumps({"text": text}) for text in texts]
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _train_vocabulary(output, vocabulary) -> None:
    from albert_tf.tokenizers import train_vocabulary

    lines = (output / "train.jsonl").read_text(encoding="utf-8").splitlines()
    text = output / "vocabulary.txt"
    with new_file(text, overwrite=True) as file:
        file.write_text("".join(json.loads(x)["text"] + "\n" for x in lines))
    train_vocabulary([text], vocabulary, VOCAB_SIZE)


def _prepare(output, corpus, vocabulary, stage) -> None:
    from albert_tf.data.corpus import prepare_corpus
    from albert_tf.data.corpus_blocks import CorpusOptions
    from albert_tf.data.segments import SegmentOptions
    from albert_tf.tokenizers import SentencePieceTokenizer

    options = CorpusOptions(
        segments=SegmentOptions(length=stage.length), held_out_share=0.0
    )
    prepare_corpus(
        [output / "train.jsonl"],
        corpus,
        SentencePieceTokenizer(vocabulary),
        options,
        held_out_files=[output / "held_out.jsonl"],
    )


def _pretrain(source, corpus, run, stage, console) -> None:
    from albert_tf.data.masking import MaskingOptions
    from albert_tf.training.pretrain import pretrain
    from albert_tf.training.pretrain_options import PretrainOptions

    options = PretrainOptions(
        steps=stage.steps,
        batch_size=stage.batch_size,
        optimizer="muon",
        learning_rate=0.0015,
        masking=MaskingOptions(masking="word"),
        log_every=100,
        evaluate_every=400,
        checkpoint_every=400,
    )
    no_dropout = {
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    }
    result = pretrain(source, corpus, run, options, no_dropout, console=console)
    if result.interrupted:
        raise typer.Exit(130)


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


if __name__ == "__main__":
    typer.run(train)
