"""The command that makes a small encoder learn from a large one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Context, Option

from albert_tf.cli.options import refuse, takes_options
from albert_tf.cli.pretraining import refuse_idle
from albert_tf.cli.runs import (
    Strategy,
    Tpu,
    Worker,
    Workers,
    check_strategy,
    strategy_of,
    tell_end,
)
from albert_tf.cli.terminal import console
from albert_tf.data.text_options import TextOptions
from albert_tf.training.distill_options import DistillOptions


@takes_options
def distill(
    context: Context,
    teacher: Annotated[
        str,
        Option(
            help="What to learn from: hf:ID-or-directory of a BERT or ALBERT, "
            "a directory of ours, or any other source with weights."
        ),
    ],
    text: Annotated[
        list[str],
        Option(
            help="What to learn on: files, globs or directories of .txt or "
            ".jsonl, also with .gz; may be repeated."
        ),
    ],
    output: Annotated[
        Path, Option(help="Directory of the run; one in it goes on.")
    ],
    options: DistillOptions,
    text_options: TextOptions,
    student: Annotated[
        str | None,
        Option(
            help="What learns: a directory of compress, a preset's name or a "
            "config.json; by default the teacher with its embedding "
            "factorized and its layers tied."
        ),
    ] = None,
    sts: Annotated[
        Path | None,
        Option(
            help="Pairs of texts with their similarity, as of STS-B: tells "
            "how well sentence vectors agree with it."
        ),
    ] = None,
    strategy: Strategy = "one",
    workers: Workers = None,
    worker: Worker = 0,
    tpu: Tpu = "local",
):
    """Trains an encoder to give what another one gives, on any text.

    Interrupted or killed, the same command goes on where it was.

    Example:
    [bold]albert-tf distill --teacher hf:bert-base-uncased --text corpus \
--output run[/bold]
    """
    check_strategy(context, strategy)
    if text_options.sentence_per_line:
        refuse(context, ["language"], "has no effect with --sentence-per-line")

    from albert_tf.cli.file_progress import FileProgress
    from albert_tf.data.document_sentences import read_split_documents
    from albert_tf.data.documents import find_files
    from albert_tf.tasks.regression import Regression
    from albert_tf.training.distill import distill as run
    from albert_tf.training.distillation_start import read_student, read_teacher

    texts = find_files(text)
    refuse_idle(context, texts)
    pairs = None if sts is None else Regression().read(sts)
    source = read_teacher(teacher)
    with FileProgress(texts, console) as progress:
        documents = [
            sentences
            for path in texts
            for sentences in read_split_documents(
                path, text_options, progress.of()
            )
        ]
    result = run(
        source,
        read_student(student, source, documents),
        documents,
        output,
        options,
        pairs=pairs,
        strategy=strategy_of(strategy, workers, worker, tpu),
        console=console,
    )
    tell_end(result)
