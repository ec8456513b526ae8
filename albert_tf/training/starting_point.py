"""What pre-training starts from: a configuration, with weights or without."""

from __future__ import annotations

import dataclasses
import os

from albert_tf.checkpoints import read_checkpoint
from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.deepening import deepen
from albert_tf.data.pretraining_corpus import PretrainingCorpus
from albert_tf.errors import UserError
from albert_tf.models import heads


def starting_point(
    source: str | os.PathLike, changes: dict, corpus: PretrainingCorpus
) -> Checkpoint:
    """The weights to train, or none, with the configuration.

    Args:
        source: see `PresetModel.from_preset`.
        changes: fields of the configuration to change.
        corpus: what will be trained on.

    Raises:
        UserError: there is no such source, the corpus does not fit it, or
            trained weights do not allow a change.
    """
    checkpoint = read_checkpoint(source, heads())
    changes = dict(changes)
    if checkpoint.weights is None:
        if corpus.tokenizer is not None:
            changes.setdefault("vocab_size", corpus.tokenizer.vocab_size)
        checkpoint = _reconfigure(checkpoint, changes)
        corpus.check_fits(None, checkpoint.config)
        return checkpoint
    preprocessor = checkpoint.get_preprocessor()
    tokenizer = preprocessor.tokenizer if preprocessor else None
    corpus.check_fits(tokenizer, checkpoint.config)
    layers = changes.pop("num_hidden_layers", None)
    if layers is not None:
        checkpoint = deepen(checkpoint, layers)
    fixed = [name for name in changes if not name.endswith("dropout_prob")]
    if fixed:
        raise UserError(
            f"{source}: has trained weights, so {fixed[0]} cannot be changed; "
            "only the number of layers and the dropout can"
        )
    return _reconfigure(checkpoint, changes)


def _reconfigure(checkpoint: Checkpoint, changes: dict) -> Checkpoint:
    config = dataclasses.replace(checkpoint.config, **changes)
    return dataclasses.replace(checkpoint, config=config)
