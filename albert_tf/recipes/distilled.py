"""Encoders to start from: trained BERTs made small.

What: albert_mini_en, albert_nano_en and albert_mini_zh, each from a sentence
encoder by four commands: `compress`, `distill`, and `prepare` and `pretrain`
for a masked-LM head on the encoder as it is.
Command: `python -m albert_tf.recipes.distilled NAME TEACHER TEXT... --output
FOLDER`; interrupted, it goes on where it was. The teachers: see
`albert_tf/recipes/bge.py`; text: see the model cards.
Hardware: 2 CPU cores, an hour or two each; more steps make them better.
Expected: see MODEL_CARD.md beside the weights.
"""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from albert_tf.recipes.half_precision import write_half_precision


@dataclasses.dataclass(frozen=True)
class Sizes:
    """A student, and how long it learns.

    Attributes:
        compress: options of the command.
        steps: of `distill`.
        head_steps: of `pretrain`.
        length: of the passages that `distill` reads, in tokens.
        language: of the text.
    """

    compress: dict[str, int]
    steps: int
    head_steps: int
    length: int = 128
    language: str = "en"


MODELS = {
    "albert_mini_en": Sizes(
        {
            "vocabulary-size": 14_000,
            "embedding-size": 128,
            "layers": 6,
            "groups": 2,
        },
        steps=3_000,
        head_steps=1_000,
    ),
    "albert_nano_en": Sizes(
        {
            "vocabulary-size": 10_000,
            "embedding-size": 128,
            "layers": 4,
            "groups": 2,
            "hidden-size": 256,
        },
        steps=3_000,
        head_steps=500,
        length=64,
    ),
    "albert_mini_zh": Sizes(
        {
            "vocabulary-size": 12_000,
            "embedding-size": 128,
            "groups": 2,
            "hidden-size": 384,
        },
        steps=2_000,
        head_steps=1_000,
        length=64,
        language="zh",
    ),
}


def make(
    name: Annotated[str, typer.Argument(help="One of " + ", ".join(MODELS))],
    teacher: Annotated[str, typer.Argument(help="As of `albert-tf distill`.")],
    text: Annotated[list[str], typer.Argument(help="Files, globs, folders.")],
    output: Annotated[Path, typer.Option(help="Directory of the work.")],
) -> None:
    """Makes `OUTPUT/NAME`, the directory that we ship."""
    if name not in MODELS:
        raise typer.BadParameter(f"{name} must be one of {', '.join(MODELS)}")
    output.mkdir(parents=True, exist_ok=True)
    for result, command in commands(MODELS[name], teacher, text, output):
        if not result.exists():
            command = [sys.executable, "-m", "albert_tf.cli", *command]
            code = subprocess.run(command).returncode
            if code:  # the command has said why
                raise typer.Exit(code)
    write_half_precision(output / "head" / "model", output / name, "mean")


def commands(
    sizes: Sizes, teacher: str, text: list[str], output: Path
) -> list[tuple[Path, list[str]]]:
    """What each command makes, and its arguments."""
    texts = [argument for part in text for argument in ("--text", part)]
    language = ["--language", sizes.language]
    compress = [f"--{name}={size}" for name, size in sizes.compress.items()]
    start, run, corpus, head = (
        str(output / name) for name in ("start", "run", "corpus", "head")
    )
    student = f"{run}/model"
    distill = ["--teacher", teacher, "--student", start, *texts, *language]
    distill += ["--output", run, "--steps", str(sizes.steps)]
    distill += ["--batch-tokens", "2048", "--learning-rate", "0.003"]
    distill += ["--length", str(sizes.length)]
    distill += ["--held-out-share", "0.001", "--checkpoint-every", "250"]
    prepare = [*text, *language, "--output", corpus, "--vocabulary", student]
    prepare += ["--objective", "none"]
    pretrain = [corpus, "--output", head, "--model", student]
    pretrain += ["--freeze-encoder", "--masking", "word"]
    pretrain += ["--optimizer", "muon", "--learning-rate", "0.002"]
    pretrain += ["--steps", str(sizes.head_steps)]
    return [
        (
            Path(start),
            ["compress", teacher, start, *compress, *texts, *language],
        ),
        (Path(student), ["distill", *distill]),
        (Path(corpus), ["prepare", *prepare]),
        (Path(head) / "model", ["pretrain", *pretrain]),
    ]


if __name__ == "__main__":
    typer.run(make)
