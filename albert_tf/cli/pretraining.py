"""The commands around pre-training."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from albert_tf.cli.arguments import Overwrite
from albert_tf.cli.options import field_names, refuse, takes_options
from albert_tf.cli.runs import (
    Strategy,
    Tpu,
    Worker,
    Workers,
    check_strategy,
    strategy_of,
    tell_end,
)
from albert_tf.cli.terminal import console, say
from albert_tf.data.corpus_options import CorpusOptions
from albert_tf.data.masking_options import MaskingOptions
from albert_tf.data.text_options import TextOptions
from albert_tf.errors import UserError
from albert_tf.training.pretrain_options import PretrainOptions

TextFiles = Annotated[
    list[str],
    Argument(
        help="Text: files, globs or directories of .txt or .jsonl, also with "
        ".gz. Blank lines, or JSON objects, separate documents."
    ),
]
KeepCase = Annotated[
    bool, Option("--keep-case", help="Do not lower-case the text.")
]
KeepAccents = Annotated[
    bool,
    Option(
        "--keep-accents",
        help="Keep the marks on letters, as Japanese, German and others need.",
    ),
]


@takes_options
def vocabulary(
    context: Context,
    files: TextFiles,
    output: Annotated[Path, Option(help="The .model file to make.")],
    options: TextOptions,
    size: Annotated[int, Option(min=1, help="Number of tokens.")] = 30000,
    keep_case: KeepCase = False,
    keep_accents: KeepAccents = False,
    overwrite: Overwrite = False,
):
    """Trains a SentencePiece vocabulary as the official one was trained.

    It reads what `prepare` reads, in the same way. Whether case and marks are
    kept is written beside it, so that `prepare` does the same.

    Example:
    [bold]albert-tf vocabulary corpus.txt --output my.model --size 8000[/bold]
    """
    if options.sentence_per_line:
        refuse(context, ["language"], "has no effect with --sentence-per-line")
    if output.suffix != ".model":
        raise UserError(f"{output}: the name of a vocabulary ends with .model")

    from albert_tf.cli.file_progress import FileProgress
    from albert_tf.data.document_sentences import read_sentences
    from albert_tf.data.documents import find_files
    from albert_tf.tokenizers import train_vocabulary

    texts = find_files(files)
    refuse_idle(context, texts)
    with FileProgress(texts, console) as progress:

        def read(path):
            yield from read_sentences(path, options, progress.of())
            if path == texts[-1]:
                say("all is read; the training takes a while")

        made = train_vocabulary(
            texts,
            output,
            size,
            _settings(keep_case, keep_accents),
            overwrite=overwrite,
            read=read,
        )
    say(
        f"{size:,} tokens of {made['lines']:,} sentences in {output}; "
        f"{made['skipped_lines']:,} sentences were too long"
    )


def _settings(keep_case: bool, keep_accents: bool):
    from albert_tf.tokenizers import TokenizerSettings

    return TokenizerSettings(
        lowercase=not keep_case, strip_accents=False if keep_accents else None
    )


def _tokenizer(context, vocabulary: str | None, keep_case, keep_accents):
    """The tokenizer of a file, or of a model, which knows its settings."""
    from albert_tf.tokenizers import tokenizer_for_file

    is_file = vocabulary is None or (
        Path(vocabulary).suffix
        and ":" not in vocabulary
        and not Path(vocabulary).is_dir()
    )
    if is_file and not (keep_case or keep_accents):
        return tokenizer_for_file(vocabulary)
    if is_file and not Path(vocabulary or "").with_suffix(".json").exists():
        settings = _settings(keep_case, keep_accents)
        return tokenizer_for_file(vocabulary, settings)
    refuse(
        context,
        ["keep_case", "keep_accents"],
        f"has no effect: {vocabulary} says itself what is kept",
    )
    from albert_tf.checkpoints import read_checkpoint

    preprocessor = read_checkpoint(vocabulary).get_preprocessor()
    if preprocessor is None:
        raise UserError(f"{vocabulary}: has no vocabulary")
    return preprocessor.tokenizer


def refuse_idle(context, texts: list[Path]) -> None:
    """Refuses options of kinds of text that are not there."""
    names = [path.name.lower() for path in texts]
    if not any(".json" in name for name in names):
        refuse(context, ["text_field"], "needs a file of JSON")
    if not any(".txt" in name for name in names):
        refuse(context, ["document_per_line"], "needs a plain text")


@takes_options
def prepare(
    context: Context,
    files: TextFiles,
    output: Annotated[str, Option(help="Directory to make.")],
    options: CorpusOptions,
    vocabulary: Annotated[
        str | None,
        Option(
            help="A .model or vocab.txt file, or a model to have that of; the "
            "official English one."
        ),
    ] = None,
    keep_case: KeepCase = False,
    keep_accents: KeepAccents = False,
    held_out: Annotated[
        list[str] | None, Option(help="Text to evaluate on instead of a share.")
    ] = None,
    mask_once: Annotated[
        bool,
        Option(
            "--mask-once",
            help="Mask once and for all, in the official record format, not "
            "anew in every epoch of the training.",
        ),
    ] = False,
    processes: Annotated[
        int | None, Option(min=1, help="Processes; one a core.")
    ] = None,
    runner: Annotated[
        str | None,
        Option(help="Apache Beam's runner, such as DataflowRunner; none."),
    ] = None,
    runner_option: Annotated[
        list[str] | None,
        Option(help="Option for the runner, such as project=mine."),
    ] = None,
    overwrite: Overwrite = False,
):
    """Makes pre-training examples of text.

    Interrupted, the same command goes on where it was.

    Example:
    [bold]albert-tf prepare books/*.txt.gz --output corpus[/bold]
    """
    if options.sentence_per_line:
        refuse(context, ["language"], "has no effect with --sentence-per-line")
    if held_out:
        refuse(context, ["held_out_share"], "has no effect with --held-out")
        options = dataclasses.replace(options, held_out_share=0.0)
    if mask_once:
        masking = options.masking or MaskingOptions()
        options = dataclasses.replace(options, masking=masking)
    else:
        refuse(
            context,
            field_names(MaskingOptions),
            "needs --mask-once; without it `pretrain` masks, with its own "
            "options",
        )
    if runner is None:
        refuse(context, ["runner_option"], "needs --runner")
    else:
        refuse(context, ["processes"], "has no effect with --runner")

    from albert_tf.cli import tables

    tokenizer = _tokenizer(context, vocabulary, keep_case, keep_accents)
    if runner is not None:
        from albert_tf.data.beam_corpus import prepare_with_beam

        manifest = prepare_with_beam(
            files,
            str(output),
            tokenizer,
            options,
            held_out=held_out or (),
            runner=runner,
            runner_options=runner_option or [],
            overwrite=overwrite,
        )
    else:
        from albert_tf.cli.file_progress import FileProgress
        from albert_tf.data.corpus import prepare_corpus
        from albert_tf.data.documents import find_files

        texts = find_files(files)
        held_out_texts = find_files(held_out or [])
        refuse_idle(context, [*texts, *held_out_texts])
        with FileProgress([*texts, *held_out_texts], console) as progress:
            manifest = prepare_corpus(
                texts,
                output,
                tokenizer,
                options,
                held_out_files=held_out_texts,
                processes=processes,
                overwrite=overwrite,
                progress=progress.advance,
            )
    console.print(tables.corpus(manifest))
    say(f"saved to {output}")


@takes_options
def pretrain(
    context: Context,
    corpus: Annotated[
        Path,
        Argument(help="Directory of prepare, or of official TFRecord files."),
    ],
    output: Annotated[
        Path, Option(help="Directory of the run; one in it goes on.")
    ],
    options: PretrainOptions,
    model: Annotated[
        str,
        Option(
            help="What to start from: a preset name (random weights), a "
            "directory, hf:ID-or-directory or tf1:checkpoint."
        ),
    ] = "albert_nano",
    num_hidden_layers: Annotated[
        int | None, Option(help="Number of layers; also of trained weights.")
    ] = None,
    hidden_size: Annotated[int | None, Option(help="Width H.")] = None,
    num_attention_heads: Annotated[
        int | None, Option(help="Attention heads A.")
    ] = None,
    intermediate_size: Annotated[
        int | None, Option(help="Width F of the feed-forward network.")
    ] = None,
    embedding_size: Annotated[
        int | None, Option(help="Width E of the embedding.")
    ] = None,
    sharing: Annotated[
        str | None,
        Option(help="What layers share: all, attention, feed_forward, none."),
    ] = None,
    shared_norms: Annotated[
        bool | None,
        Option(help="Whether they share LayerNorm weights and biases too."),
    ] = None,
    num_parallel_encoders: Annotated[
        int | None, Option(help="Encoders that read the text side by side.")
    ] = None,
    dropout: Annotated[
        float | None, Option(help="In place of the model's own.")
    ] = None,
    strategy: Strategy = "one",
    workers: Workers = None,
    worker: Worker = 0,
    tpu: Tpu = "local",
):
    """Trains masked LM and sentence order on a prepared corpus.

    Interrupted or killed, the same command goes on where it was.

    Example:
    [bold]albert-tf pretrain corpus --output run --steps 10000[/bold]
    """
    check_strategy(context, strategy)
    changes = {
        "num_hidden_layers": num_hidden_layers,
        "hidden_size": hidden_size,
        "num_attention_heads": num_attention_heads,
        "intermediate_size": intermediate_size,
        "embedding_size": embedding_size,
        "sharing": sharing,
        "shared_norms": shared_norms,
        "num_parallel_encoders": num_parallel_encoders,
        "hidden_dropout_prob": dropout,
        "attention_probs_dropout_prob": dropout,
    }

    from albert_tf.training.pretrain import pretrain as run

    result = run(
        model,
        corpus,
        output,
        options,
        changes={k: v for k, v in changes.items() if v is not None},
        strategy=strategy_of(strategy, workers, worker, tpu),
        console=console,
    )
    tell_end(result)
