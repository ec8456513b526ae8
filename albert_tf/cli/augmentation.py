"""The commands that make examples of examples: augment, clean."""

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
    TextColumn,
    column_names,
)
from albert_tf.cli.file_progress import FileProgress
from albert_tf.cli.opening import open_predictor
from albert_tf.cli.options import refuse
from albert_tf.cli.terminal import console, say
from albert_tf.errors import UserError

File = Annotated[Path, Argument(help="Texts, with labels or without.")]
Output = Annotated[Path, Argument(help="File to make: .csv or .jsonl.")]


def augment(
    context: Context,
    file: File,
    output: Output,
    delete: Annotated[
        float | None, Option(help="Leave out this share of the words.")
    ] = None,
    swap: Annotated[
        float | None,
        Option(help="For this share of the words, let two change places."),
    ] = None,
    typos: Annotated[
        float | None, Option(help="Mistype this share of the longer words.")
    ] = None,
    replace: Annotated[
        float | None,
        Option(help="Replace this share of the words by what a model expects."),
    ] = None,
    model: Annotated[
        str,
        Option(help="The masked language model that --replace asks."),
    ] = "albert_nano_books_en",
    back_translate: Annotated[
        tuple[str, str] | None,
        Option(help="Two models that translate there and back.", metavar="A B"),
    ] = None,
    copies: Annotated[int, Option(min=1, help="Variants of each example.")] = 4,
    seed: Annotated[int, Option(help="The same gives the same file.")] = 0,
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = None,
    header: Header = None,
    overwrite: Overwrite = False,
):
    """Makes variants of labelled texts, to learn from few.

    Each variant is made in one of the ways that are asked for, and has the
    label of its text. What it is worth: docs/augmentation.md.

    Example:
    [bold]albert-tf augment train.tsv more.csv --delete 0.1 --swap 0.1[/bold]
    """
    rates = {"delete": delete, "swap": swap, "typos": typos}
    if replace is None:
        refuse(context, ["model"], "needs --replace")
    if (
        back_translate is None
        and replace is None
        and not any(rate is not None for rate in rates.values())
    ):
        raise UserError(
            "nothing to do: give --delete, --swap, --typos, --replace or "
            "--back-translate, one or more of them"
        )
    from rich.progress import Progress

    from albert_tf import augmentation as rooms
    from albert_tf.augmentation.word_augmentation import check_rate

    for name, rate in {**rates, "replace": replace}.items():
        if rate is not None:
            check_rate(rate, name)
    examples = _read(file, output, (text, pair, label), header, overwrite)
    kinds = {
        "delete": rooms.WordDeletion,
        "swap": rooms.WordSwap,
        "typos": rooms.Typos,
    }
    ways = [
        kinds[name](rate) for name, rate in rates.items() if rate is not None
    ]
    if replace is not None:
        predictor = open_predictor(model, "fill_mask")
        ways.append(rooms.MaskedReplacement(predictor, replace))
    if back_translate is not None:
        models = (open_predictor(one, "translation") for one in back_translate)
        ways.append(rooms.BackTranslation(*models))
    with Progress(
        console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("texts", total=copies * len(examples))
        made = rooms.augment(
            examples,
            ways,
            copies,
            seed,
            lambda done: bar.advance(task, done),
        )
    _write(output, made.examples, examples, overwrite)
    new = len(made.examples) - len(examples)
    say(
        f"{output}: {len(examples):,} examples and {new:,} variants; "
        f"{made.dropped:,} that were nothing new are left out"
    )


def clean(
    file: File,
    output: Output,
    html: Annotated[
        bool,
        Option("--html", help="Remove tags; entities become characters."),
    ] = False,
    lowercase: Annotated[
        bool, Option("--lowercase", help="Small letters only.")
    ] = False,
    stop_words: Annotated[
        Path | None, Option(help="A file of words to leave out, one a line.")
    ] = None,
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = None,
    header: Header = None,
    overwrite: Overwrite = False,
):
    """Makes texts plainer, for models that count words.

    What a pre-trained model may lose by it: docs/augmentation.md.

    Example:
    [bold]albert-tf clean train.tsv plain.csv --html[/bold]
    """
    if not html and not lowercase and stop_words is None:
        raise UserError(
            "nothing to do: give --html, --lowercase or --stop-words, one or "
            "more of them"
        )
    from albert_tf.augmentation import CleanUp
    from albert_tf.data.text_files import read_lines

    words = [] if stop_words is None else _words(stop_words, read_lines)
    examples = _read(file, output, (text, pair, label), header, overwrite)
    clean_up = CleanUp(html, lowercase, words)
    cleaned, emptied = [], 0
    for one in examples:
        plain = clean_up(one.text)
        emptied += not plain
        second = one.pair and clean_up(one.pair)
        cleaned.append(
            dataclasses.replace(one, text=plain or one.text, pair=second)
        )
    _write(output, cleaned, examples, overwrite)
    changed = sum(
        one != other for one, other in zip(cleaned, examples, strict=True)
    )
    say(
        f"{output}: {len(cleaned):,} examples, {changed:,} of them changed; "
        f"{emptied:,} of which nothing would be left stay as they are"
    )


def _words(path: Path, read_lines) -> list[str]:
    words = [line.strip() for _, line in read_lines(path)]
    words = [word for word in words if word]
    if not words:
        raise UserError(f"{path}: has no words")
    return words


def _read(file, output, names, header, overwrite):
    """The examples, after a look at where the new ones will go."""
    from albert_tf.data.example_writer import check_suffix
    from albert_tf.data.readers import read_examples
    from albert_tf.files import check_new_file

    check_suffix(output)
    check_new_file(output, overwrite)
    with FileProgress([file], console) as progress:
        examples = read_examples(
            file,
            *names,
            require_labels=False,
            columns=column_names(header),
            read_label=_label,
            progress=progress.to,
        )
    others = ""
    if examples.others:
        others = f"; {output} will be without {', '.join(examples.others)}"
    say(f"{file}: read {examples.about}{others}")
    return examples


def _label(place: str, value):
    """Several labels stay several."""
    from albert_tf.data.readers import one_label, split_labels

    if isinstance(value, list):
        return split_labels(place, value)
    return one_label(place, value)


def _write(output, examples, like, overwrite) -> None:
    from albert_tf.data.example_writer import write_examples

    write_examples(output, examples, like, overwrite)
