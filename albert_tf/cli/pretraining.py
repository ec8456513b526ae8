"""The commands around pre-training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from albert_tf.cli.arguments import Overwrite
from albert_tf.cli.terminal import console, say
from albert_tf.errors import UserError


def vocabulary(
    files: Annotated[list[Path], Argument(help="Text files, UTF-8.")],
    output: Annotated[Path, Option(help="The .model file to make.")],
    size: Annotated[int, Option(min=1, help="Number of tokens.")] = 30000,
    overwrite: Overwrite = False,
):
    """Trains a SentencePiece vocabulary as the official one was trained.

    Example:
    [bold]albert-tf vocabulary corpus.txt --output my.model --size 8000[/bold]
    """
    from albert_tf.tokenizers import train_vocabulary

    if output.suffix != ".model":
        raise UserError(f"{output}: the name of a vocabulary ends with .model")
    made = train_vocabulary(files, output, size, overwrite=overwrite)
    say(
        f"{size:,} tokens of {made['lines']:,} lines in {output}; "
        f"{made['skipped_lines']:,} lines were too long"
    )


def prepare(
    files: Annotated[
        list[str],
        Argument(
            help="Text: files, globs or directories of .txt or .jsonl, also "
            "with .gz. Blank lines, or JSON objects, separate documents."
        ),
    ],
    output: Annotated[str, Option(help="Directory to make.")],
    vocabulary: Annotated[
        Path | None,
        Option(help="A .model or vocab.txt file; the official English one."),
    ] = None,
    objective: Annotated[
        str, Option(help="sop (sentence order), nsp (next sentence) or none.")
    ] = "sop",
    length: Annotated[int, Option(help="Longest example in tokens.")] = 128,
    short_share: Annotated[
        float, Option(help="Share of shorter examples.")
    ] = 0.1,
    passes: Annotated[
        int, Option(help="How often the text is cut, each time elsewhere.")
    ] = 1,
    held_out: Annotated[
        list[str] | None, Option(help="Text to evaluate on instead of a share.")
    ] = None,
    held_out_share: Annotated[
        float, Option(help="Share of the documents to evaluate on.")
    ] = 0.01,
    language: Annotated[
        str, Option(help="Whose rules say where sentences end.")
    ] = "en",
    lines: Annotated[
        bool, Option("--lines", help="Every line is a sentence already.")
    ] = False,
    chinese_words: Annotated[
        bool,
        Option("--chinese-words", help="Ideographs make words, says jieba."),
    ] = False,
    html: Annotated[bool, Option("--html", help="Remove tags.")] = False,
    repeated_lines: Annotated[
        bool,
        Option(
            "--repeated-lines", help="Remove lines that a document repeats."
        ),
    ] = False,
    duplicates: Annotated[
        str, Option(help="Documents to drop: keep (none), exact or near ones.")
    ] = "exact",
    errors: Annotated[
        str, Option(help="Of UTF-8: strict or replace.")
    ] = "strict",
    static: Annotated[
        bool,
        Option(
            "--static",
            help="Mask once and for all, in the official record format.",
        ),
    ] = False,
    masking: Annotated[
        str, Option(help="With --static: ngram, word or token.")
    ] = "ngram",
    max_predictions: Annotated[
        int | None,
        Option(help="With --static: most masks; 15 % of the length."),
    ] = None,
    replace_unit: Annotated[
        str, Option(help="With --static: token or word.")
    ] = "token",
    processes: Annotated[
        int | None, Option(help="Processes; one a core.")
    ] = None,
    runner: Annotated[
        str | None,
        Option(help="Apache Beam's runner, such as DataflowRunner; none."),
    ] = None,
    runner_option: Annotated[
        list[str] | None,
        Option(help="Option for the runner, such as project=mine."),
    ] = None,
    seed: Annotated[int, Option(help="Of all choices.")] = 0,
    overwrite: Overwrite = False,
):
    """Makes pre-training examples of text.

    Interrupted, the same command goes on where it was.

    Example:
    [bold]albert-tf prepare books/*.txt.gz --output corpus[/bold]
    """
    from albert_tf.cli import tables
    from albert_tf.data.cleaning import CleaningOptions
    from albert_tf.data.corpus_blocks import CorpusOptions
    from albert_tf.data.masking import MaskingOptions
    from albert_tf.data.segments import SegmentOptions
    from albert_tf.tokenizers import open_tokenizer

    static_masking = None
    if static:
        static_masking = MaskingOptions(
            masking=masking,
            max_predictions=max_predictions,
            replace_unit=replace_unit,
        )
    options = CorpusOptions(
        segments=SegmentOptions(objective, length, short_share),
        masking=static_masking,
        cleaning=CleaningOptions(html=html, repeated_lines=repeated_lines),
        language=None if lines else language,
        chinese_words=chinese_words,
        duplicates=duplicates,
        held_out_share=0.0 if held_out else held_out_share,
        passes=passes,
        errors=errors,
        seed=seed,
    )
    tokenizer = open_tokenizer(vocabulary)
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
        from albert_tf.data.corpus import prepare_corpus
        from albert_tf.data.corpus_progress import CorpusProgress
        from albert_tf.data.documents import find_files

        texts = find_files(files)
        held_out_texts = find_files(held_out or [])
        with CorpusProgress([*texts, *held_out_texts], console) as progress:
            manifest = prepare_corpus(
                texts,
                output,
                tokenizer,
                options,
                held_out_files=held_out_texts,
                processes=processes,
                overwrite=overwrite,
                progress=progress,
            )
    console.print(tables.corpus(manifest))
    say(f"saved to {output}")


def pretrain(
    corpus: Annotated[
        Path,
        Argument(help="Directory of prepare, or of official TFRecord files."),
    ],
    output: Annotated[
        Path, Option(help="Directory of the run; one in it goes on.")
    ],
    model: Annotated[
        str,
        Option(
            help="What to start from: a preset name (random weights), a "
            "directory, hf:ID-or-directory or tf1:checkpoint."
        ),
    ] = "albert_nano",
    steps: Annotated[int, Option(help="Steps in all.")] = 10_000,
    batch_size: Annotated[
        int, Option(help="Examples a step, over all devices.")
    ] = 32,
    learning_rate: Annotated[
        float | None,
        Option(help="Peak; 0.00176 for 4,096 examples, scaled by the root."),
    ] = None,
    warmup_steps: Annotated[
        int | None, Option(help="With a rising rate; 2.5 % of all.")
    ] = None,
    schedule: Annotated[str, Option(help="linear or cosine.")] = "linear",
    restarts: Annotated[int, Option(help="Of the cosine.")] = 0,
    optimizer: Annotated[str, Option(help="lamb, adamw or muon.")] = "lamb",
    weight_decay: Annotated[float, Option(help="Of all matrices.")] = 0.01,
    accumulate: Annotated[
        int, Option(help="Compute a batch in so many parts.")
    ] = 1,
    masking: Annotated[str, Option(help="ngram, word or token.")] = "ngram",
    max_predictions: Annotated[
        int | None, Option(help="Most masks an example; 15 % of the length.")
    ] = None,
    replace_unit: Annotated[
        str, Option(help="What is masked or kept as one: token or word.")
    ] = "token",
    layers: Annotated[
        int | None, Option(help="Number of layers; also of trained weights.")
    ] = None,
    hidden: Annotated[int | None, Option(help="Width H.")] = None,
    heads: Annotated[int | None, Option(help="Attention heads A.")] = None,
    intermediate: Annotated[
        int | None, Option(help="Width F of the feed-forward network.")
    ] = None,
    embedding: Annotated[
        int | None, Option(help="Width E of the embedding.")
    ] = None,
    sharing: Annotated[
        str | None,
        Option(help="What layers share: all, attention, feed_forward, none."),
    ] = None,
    dropout: Annotated[
        float | None, Option(help="In place of the model's own.")
    ] = None,
    precision: Annotated[
        str, Option(help="float32, mixed_bfloat16 or mixed_float16.")
    ] = "float32",
    xla: Annotated[bool, Option("--xla", help="Compile with XLA.")] = False,
    rematerialize: Annotated[
        bool,
        Option("--rematerialize", help="Less memory for a third more time."),
    ] = False,
    strategy: Annotated[
        str, Option(help="one (device), mirrored (GPUs), workers or tpu.")
    ] = "one",
    workers: Annotated[
        str | None, Option(help="host:port,host:port,... of all workers.")
    ] = None,
    worker: Annotated[int, Option(help="Which of them this is, from 0.")] = 0,
    tpu: Annotated[str, Option(help="Name of the TPU.")] = "local",
    log_every: Annotated[int, Option(help="Steps between results.")] = 50,
    evaluate_every: Annotated[
        int, Option(help="Steps between evaluations.")
    ] = 1000,
    checkpoint_every: Annotated[
        int, Option(help="Steps between checkpoints.")
    ] = 1000,
    keep: Annotated[int, Option(help="Last checkpoints to keep.")] = 3,
    seed: Annotated[int, Option(help="Of weights, order and masks.")] = 0,
):
    """Trains masked LM and sentence order on a prepared corpus.

    Interrupted or killed, the same command goes on where it was.

    Example:
    [bold]albert-tf pretrain corpus --output run --steps 10000[/bold]
    """
    from albert_tf.data.masking import MaskingOptions
    from albert_tf.training.pretrain import pretrain as run
    from albert_tf.training.pretrain_options import PretrainOptions
    from albert_tf.training.strategies import make_strategy

    options = PretrainOptions(
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        warmup_steps=warmup_steps,
        schedule=schedule,
        restarts=restarts,
        optimizer=optimizer,
        weight_decay=weight_decay,
        accumulate=accumulate,
        masking=MaskingOptions(
            masking=masking,
            max_predictions=max_predictions,
            replace_unit=replace_unit,
        ),
        precision=precision,
        jit=xla,
        rematerialize=rematerialize,
        log_every=log_every,
        evaluate_every=evaluate_every,
        checkpoint_every=checkpoint_every,
        keep=keep,
        seed=seed,
    )
    changes = {
        "num_hidden_layers": layers,
        "hidden_size": hidden,
        "num_attention_heads": heads,
        "intermediate_size": intermediate,
        "embedding_size": embedding,
        "sharing": sharing,
        "hidden_dropout_prob": dropout,
        "attention_probs_dropout_prob": dropout,
    }
    result = run(
        model,
        corpus,
        output,
        options,
        changes={k: v for k, v in changes.items() if v is not None},
        strategy=make_strategy(
            strategy, (workers or "").split(",") if workers else (), worker, tpu
        ),
        console=console,
    )
    if result.interrupted:
        say(f"stopped at step {result.step:,}; the same command goes on there")
    else:
        say(f"saved to {output / 'model'}")
