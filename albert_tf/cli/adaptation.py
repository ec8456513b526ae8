"""The command that adapts an encoder to the user's own text."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Context, Option

from albert_tf.cli.arguments import (
    Header,
    LabelColumn,
    PairColumn,
    TextColumn,
)
from albert_tf.cli.options import refuse, takes_options
from albert_tf.cli.reading import read_labelled
from albert_tf.cli.terminal import console, say
from albert_tf.data.text_options import TextOptions
from albert_tf.errors import UserError


@takes_options
def adapt(
    files: Annotated[
        list[str],
        Argument(
            help="Text of the domain, without labels: files, globs or "
            "directories of .txt or .jsonl, also with .gz."
        ),
    ],
    train: Annotated[Path, Option(help="Labelled examples of the task.")],
    dev: Annotated[Path, Option(help="Those that say what it is worth.")],
    output: Annotated[
        Path, Option(help="Directory of the work; one in it goes on.")
    ],
    model: Annotated[
        str, Option(help="The encoder that learns on.")
    ] = "albert_mini_en",
    teacher: Annotated[
        str | None,
        Option(
            help="What to learn from, as of distill; without it masked words "
            "are predicted, for which the model needs such a head."
        ),
    ] = None,
    task_name: Annotated[
        str, Option("--task", help="As of finetune.")
    ] = "classification",
    steps: Annotated[int, Option(min=1, help="Steps on the text.")] = 1000,
    seed: Annotated[int, Option(help="Of all random choices.")] = 0,
    text: TextColumn = None,
    pair: PairColumn = None,
    label: LabelColumn = None,
    header: Header = None,
    *,
    context: Context,
    text_options: TextOptions,
):
    """Lets an encoder learn on from your text, and says what that is worth.

    The task is learned twice in the same way (`finetune --recipe small`): from
    the encoder as it was, and from the adapted one. Interrupted, the same
    command goes on.

    Example:
    [bold]albert-tf adapt reports/*.txt --teacher hf:bert-base-uncased \
--train train.tsv --dev dev.tsv --output adapted[/bold]
    """
    if text_options.sentence_per_line:
        refuse(context, ["language"], "has no effect with --sentence-per-line")

    from albert_tf.cli import tables
    from albert_tf.cli.pretraining import refuse_idle
    from albert_tf.data.columns import Columns
    from albert_tf.data.documents import find_files
    from albert_tf.json_files import write_json
    from albert_tf.recipes import small
    from albert_tf.tasks import find_task
    from albert_tf.training.adapt import adapt as run
    from albert_tf.training.checksum import checksum_of_examples

    texts = find_files(files)
    refuse_idle(context, texts)
    task_class = find_task(task_name)
    parts = [
        read_labelled(task_class, path, Columns(text, pair, label), header)
        for path in (train, dev)
    ]
    # Before the work: there may be no recipe.
    options = dataclasses.replace(
        small.options(task_class.name, len(parts[0])), seed=seed
    )
    facts = {
        "model": model,
        "task": task_class.name,
        "checksum of the examples": checksum_of_examples(
            itertools.chain(*parts)
        ),
        "seed": seed,
    }
    adapted = {
        "steps": steps,
        "teacher": teacher,
        "bytes of the text": sum(path.stat().st_size for path in texts),
    }
    facts = {"before": facts, "after": {**facts, **adapted}}
    known = {name: _known(output / name, facts[name]) for name in facts}
    result = run(
        model,
        texts,
        output / "encoder",
        steps,
        teacher,
        text_options,
        seed,
        console,
    )
    if result.interrupted:
        raise UserError(
            f"stopped at step {result.step:,}; the same command goes on there"
        )
    found = {}
    for name, source in (("before", model), ("after", str(result.saved))):
        say(f"the task, from {source}:")
        report = known[name] or _learn(
            source, task_class, parts, output / name, options, facts[name]
        )
        found[name] = report["dev"][task_class.figure]
    figure = task_class.figure
    report = {"figure": figure, **found, "steps": steps, "seed": seed}
    write_json(output / "report.json", report)
    names = {"before": f"from {model}", "after": "from the adapted encoder"}
    console.print(
        tables.two_columns(
            (names[name], f"{found[name]:.4f}") for name in found
        )
    )
    say(f"dev {figure}; the two models are {output}/before and {output}/after")


def _known(output: Path, facts: dict[str, Any]) -> dict[str, Any] | None:
    """What is reported of the task, if it was learned already.

    Raises:
        UserError: if that was with other facts.
    """
    from albert_tf.json_files import read_json
    from albert_tf.training.training_output import unfinished_directory

    path = output / "report.json"
    if not path.exists() or unfinished_directory(output).exists():
        return None
    report = read_json(path)
    theirs = report.get("adapt", facts)
    for name, mine in facts.items():
        if theirs.get(name) != mine:
            raise UserError(
                f"{output}: holds the task as it was learned with "
                f"{name}={theirs.get(name)!r}, not {mine!r}; choose another "
                "--output, or remove that directory to learn it anew"
            )
    return report


def _learn(source: str, task_class, parts, output: Path, options, facts):
    """Fine-tunes; what is reported of it."""
    from albert_tf.json_files import read_json
    from albert_tf.training.finetune import finetune

    result = finetune(
        source,
        *parts,
        output,
        options,
        task_class.of_examples(parts[0]),
        about={"adapt": facts},
        console=console,
        resume=True,
    )
    if result.interrupted:
        raise UserError("interrupted; the same command goes on there")
    return read_json(output / "report.json")
