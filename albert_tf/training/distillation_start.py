"""Teacher and student as a distillation starts from them."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence

from albert_tf.checkpoints import Checkpoint, read_checkpoint
from albert_tf.compression import factorize, tie
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models import heads

_EMBEDDING_SIZE, _GROUPS = 128, 2


def read_teacher(source: str | os.PathLike) -> Checkpoint:
    """Reads what to learn from.

    Args:
        source: see `PresetModel.from_preset`.

    Raises:
        UserError: there is no such source, or it has no weights or no
            vocabulary.
    """
    checkpoint = read_checkpoint(source, heads())
    if checkpoint.weights is None:
        raise UserError(
            f"{source}: is the name of a configuration, whose weights are "
            "random; a teacher needs trained ones"
        )
    if checkpoint.get_preprocessor() is None:
        raise UserError(f"{source}: has no vocabulary; a teacher needs one")
    return checkpoint


def read_student(
    source: str | None, teacher: Checkpoint, documents: Sequence[list[str]]
) -> Checkpoint:
    """What learns, with the weights that it starts from.

    Args:
        source: a directory, a preset's name or a file of a configuration;
            None for the teacher with an embedding of width 128, if it is
            wider, and its layers tied to two groups.
        teacher: whose vocabulary a configuration gets.
        documents: what it will learn on.
    """
    if source is None:
        return _compressed(teacher, documents)
    if os.path.isfile(source):
        config = AlbertConfig.load(source)
        checkpoint = Checkpoint(source, config, None, "AlbertEncoder")
    else:
        checkpoint = read_checkpoint(source, heads())
    if checkpoint.weights is not None:
        return checkpoint
    preprocessor = teacher.get_preprocessor()
    config = dataclasses.replace(
        checkpoint.config, vocab_size=teacher.config.vocab_size
    )
    return dataclasses.replace(
        checkpoint, config=config, get_preprocessor=lambda: preprocessor
    )


def _compressed(
    teacher: Checkpoint, documents: Sequence[list[str]]
) -> Checkpoint:
    made = teacher
    if made.config.embedding_size > _EMBEDDING_SIZE:
        texts = [sentence for document in documents for sentence in document]
        made = factorize(made, _EMBEDDING_SIZE, texts)
    return tie(made, min(_GROUPS, made.config.num_hidden_layers))
