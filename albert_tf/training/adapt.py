"""A trained encoder learns on, from the text of a domain."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from albert_tf.checkpoints import read_checkpoint
from albert_tf.data.corpus import prepare_corpus
from albert_tf.data.corpus_options import CorpusOptions
from albert_tf.data.document_sentences import read_split_documents
from albert_tf.data.segment_options import SegmentOptions
from albert_tf.data.text_options import TextOptions
from albert_tf.errors import UserError
from albert_tf.models import heads
from albert_tf.training.distill import distill
from albert_tf.training.distill_options import DistillOptions
from albert_tf.training.distillation_start import read_teacher
from albert_tf.training.pretrain import pretrain
from albert_tf.training.pretrain_options import PretrainOptions

_LENGTH = 128
# Of layers that share their weights three times as much spoils them.
_MASKED_RATE = 1e-4
_DISTILLED_RATE = 1e-3


def adapt(
    source: str | os.PathLike,
    files: Sequence[Path],
    output: str | os.PathLike,
    steps: int,
    teacher: str | os.PathLike | None = None,
    text_options: TextOptions | None = None,
    seed: int = 0,
    console: Console | None = None,
):
    """Goes on with what an encoder was trained for, on other text.

    With a teacher it learns to give what that gives, as in `distill`; without
    one it predicts masked words, as in `pretrain` (Gururangan et al. 2020,
    arXiv:2004.10964). Interrupted, the same call goes on where it was.

    Args:
        source: what learns; see `PresetModel.from_preset`.
        files: of text.
        output: directory of the work.
        steps: how many, each of about 2,000 tokens with a teacher and 32
            sequences without.
        teacher: see `read_teacher`; None for masked words.
        text_options: how the files are read; None for the defaults.
        seed: of order, masks and dropout.
        console: where to show the progress; None for nowhere.

    Returns:
        As `distill` and `pretrain`: how far it got, and where the model is.

    Raises:
        UserError: if the source has no weights, or without a teacher no
            masked-LM head; and as `distill` and `pretrain`.
    """
    options = text_options or TextOptions()
    checkpoint = read_checkpoint(source, heads())
    checkpoint.require_weights()
    run = Path(output)
    if teacher is not None:
        documents = [
            sentences
            for path in files
            for sentences in read_split_documents(path, options)
        ]
        how = DistillOptions(
            steps=steps,
            batch_tokens=2048,
            length=_LENGTH,
            learning_rate=_DISTILLED_RATE,
            seed=seed,
        )
        return distill(
            read_teacher(teacher),
            checkpoint,
            documents,
            run,
            how,
            console=console,
        )
    _check_head(checkpoint, source)
    corpus = run.with_name(f"{run.name}.corpus")
    if not corpus.exists():
        _prepare(checkpoint, files, corpus, options)
    how = PretrainOptions(
        steps=steps,
        optimizer="adamw",
        learning_rate=_MASKED_RATE,
        seed=seed,
    )
    return pretrain(source, corpus, run, how, console=console)


def _check_head(checkpoint, source) -> None:
    if not checkpoint.has_head("masked_lm_head"):
        raise UserError(
            f"{source}: has no masked_lm_head, so it cannot go on with masked "
            "words: give a teacher to go on with, or a model that has one"
        )


def _prepare(checkpoint, files, corpus: Path, options: TextOptions) -> None:
    preprocessor = checkpoint.get_preprocessor()
    if preprocessor is None:
        raise UserError(f"{checkpoint.source}: has no vocabulary")
    values = {
        field.name: getattr(options, field.name)
        for field in dataclasses.fields(TextOptions)
    }
    # What learned the order of sentences has a pooler to keep in use.
    has_order = checkpoint.has_head("sentence_order_head")
    segments = SegmentOptions("sop" if has_order else "none", _LENGTH)
    how = CorpusOptions(**values, segments=segments)
    prepare_corpus(files, corpus, preprocessor.tokenizer, how)
