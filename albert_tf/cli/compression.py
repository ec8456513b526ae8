"""The command that makes a trained model smaller."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from albert_tf.cli.arguments import Overwrite
from albert_tf.cli.options import refuse, takes_options
from albert_tf.cli.pretraining import refuse_idle
from albert_tf.cli.terminal import console, say
from albert_tf.data.text_options import TextOptions
from albert_tf.errors import UserError


@takes_options
def compress(
    context: Context,
    source: Annotated[
        str,
        Argument(
            help="hf:ID-or-directory of a BERT or ALBERT, a directory of "
            "ours, or any other source with weights."
        ),
    ],
    output: Annotated[Path, Argument(help="Directory to make.")],
    text_options: TextOptions,
    text: Annotated[
        list[str] | None,
        Option(
            help="What the model will read: files, globs or directories of "
            ".txt or .jsonl, also with .gz; may be repeated."
        ),
    ] = None,
    vocabulary_size: Annotated[
        int | None, Option(min=1, help="Keep so many tokens at most.")
    ] = None,
    embedding_size: Annotated[
        int | None, Option(min=1, help="E of the factorized embedding.")
    ] = None,
    layers: Annotated[
        int | None, Option(min=1, help="Keep so many layers.")
    ] = None,
    exit: Annotated[
        int | None,
        Option(
            min=1,
            help="Keep the first so many layers of an early-exit classifier, "
            "and the head after them.",
        ),
    ] = None,
    groups: Annotated[
        int | None,
        Option(min=1, help="Tie the layers to so many groups."),
    ] = None,
    shared_norms: Annotated[
        bool,
        Option(
            "--shared-norms",
            help="Layers of a group also share LayerNorm and biases.",
        ),
    ] = False,
    hidden_size: Annotated[
        int | None,
        Option(
            min=1,
            help="H of narrower layers, which start from random weights.",
        ),
    ] = None,
    overwrite: Overwrite = False,
):
    """Makes a trained model smaller: vocabulary, embedding and layers.

    What is made is worse than its source; distill makes it good again.

    Example:
    [bold]albert-tf compress hf:bert-base-uncased start --text corpus \
--vocabulary-size 14000 --embedding-size 128 --groups 2[/bold]
    """
    sizes = vocabulary_size, embedding_size, layers, exit, groups, hidden_size
    if not any(sizes):
        raise UserError(
            "nothing to do: give --vocabulary-size, --embedding-size, "
            "--layers, --exit, --groups or --hidden-size, one or more of them"
        )
    if groups is None:
        refuse(context, ["shared_norms"], "needs --groups")
    if vocabulary_size is None and embedding_size is None:
        why = "needs --vocabulary-size or --embedding-size, which count tokens"
        refuse(context, ["text"], why)
    if vocabulary_size is not None and not text:
        raise UserError("--vocabulary-size needs --text, to count the tokens")

    from albert_tf.checkpoints import read_checkpoint, write_checkpoint
    from albert_tf.cli import tables
    from albert_tf.compression import (
        drop_layers,
        factorize,
        narrow,
        prune_vocabulary,
        stop_at,
        tie,
    )
    from albert_tf.files import check_new_directory
    from albert_tf.models import heads

    check_new_directory(output, overwrite)  # before the work
    before = made = read_checkpoint(source, heads())
    made.require_weights()
    if embedding_size is not None and not text:
        say(
            "without --text all tokens count alike in the embedding, which "
            "loses twice as much by it"
        )
    if exit is not None:
        made = stop_at(made, exit)
    texts = _read(context, text or [], text_options)
    if vocabulary_size is not None:
        made = prune_vocabulary(made, texts, vocabulary_size)
    if embedding_size is not None:
        made = factorize(made, embedding_size, texts or None)
    if layers is not None:
        made = drop_layers(made, layers)
    if groups is not None:
        made = tie(made, groups, shared_norms)
    if hidden_size is not None:
        made = narrow(made, hidden_size)
    write_checkpoint(made, output, overwrite=overwrite)
    console.print(tables.compressed(before.config, made.config))
    say(f"saved to {output}")


def _read(context, patterns: list[str], options: TextOptions) -> list[str]:
    """All sentences."""
    from albert_tf.cli.file_progress import FileProgress
    from albert_tf.data.document_sentences import read_sentences
    from albert_tf.data.documents import find_files

    files = find_files(patterns)
    refuse_idle(context, files)
    with FileProgress(files, console) as progress:
        return [
            sentence
            for path in files
            for sentence in read_sentences(path, options, progress.of())
        ]
