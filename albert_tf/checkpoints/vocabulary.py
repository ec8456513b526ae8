"""Vocabulary files beside the weights of other libraries."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.checkpoints.tokenizer_config import (
    CONFIG,
    JSON_FILE,
    TokenizerConfig,
)
from albert_tf.checkpoints.tokenizer_fields import (
    JSON,
    KINDS,
    SENTENCEPIECE,
    WORDPIECE,
    fields_of,
)
from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.json_files import write_json
from albert_tf.tokenizers import Tokenizer, tokenizer_for_file

# Kind of tokenizer: its published file name.
_PUBLISHED = {
    SENTENCEPIECE: "spiece.model",
    WORDPIECE: "vocab.txt",
    JSON: JSON_FILE,
}


def preprocessor_for(
    tokenizer: Tokenizer, config: AlbertConfig
) -> TextPreprocessor:
    """A preprocessor for sequences as long as the model's positions reach."""
    return TextPreprocessor(tokenizer, config.max_position_embeddings)


def read_vocabulary(
    directory: Path, config: AlbertConfig, follows: str
) -> TextPreprocessor | None:
    """Reads a vocabulary and the settings beside it.

    Args:
        directory: where the files lie: `spiece.model` or another `*.model`,
            `vocab.txt`, or `tokenizer.json`; settings are in
            `tokenizer_config.json` and what belongs to it.
        config: the model's, for the longest sequence.
        follows: whose rules its tokenizers have, see `TokenizerSettings`.

    Returns:
        A `TextPreprocessor`, or None where there is no vocabulary.

    Raises:
        UserError: if a file is damaged, several might be meant, or a setting
            cannot be followed.
    """
    beside = TokenizerConfig(directory)
    found = _find(directory, beside.class_name)
    if found is None:
        return None
    kind, path = found
    settings = beside.settings(kind, follows)
    tokenizer = tokenizer_for_file(path, settings)
    if tokenizer.vocab_size > config.vocab_size:
        last = tokenizer.vocab_size - 1
        raise UserError(
            f"{directory}: the token {tokenizer.pieces[last]!r} has the id "
            f"{last}, but the model knows the ids 0 to {config.vocab_size - 1}"
        )
    max_length = beside.max_length(config.max_position_embeddings)
    return TextPreprocessor(tokenizer, max_length)


def _find(directory: Path, class_name: str | None) -> tuple[str, Path] | None:
    """The kind of tokenizer, and its file."""
    files = {
        kind: directory / name
        for kind, name in _PUBLISHED.items()
        if (directory / name).exists()
    }
    models = sorted(directory.glob("*.model"))
    if models and SENTENCEPIECE not in files:
        if len(models) > 1:
            names = ", ".join(path.name for path in models)
            raise UserError(
                f"{directory}: has several vocabularies, {names}; keep the "
                "model's own only"
            )
        files = {SENTENCEPIECE: models[0], **files}
    kind = next((kind for kind in _PUBLISHED if kind in files), None)
    if class_name is None:
        return kind and (kind, files[kind])
    if class_name not in KINDS:
        raise UserError(
            f"{directory}: its tokenizer_class, {class_name}, is not one of "
            f"those that are supported: {', '.join(KINDS)}; an encoder that is "
            "fed with token ids can be made of it"
        )
    for kind in (KINDS[class_name], JSON):
        if kind in files:
            return kind, files[kind]
    if not files:
        return None
    raise UserError(
        f"{directory}: its tokenizer_class, {class_name}, needs "
        f"{_PUBLISHED[KINDS[class_name]]}, but there is "
        f"{', '.join(path.name for path in files.values())}"
    )


def write_vocabulary(
    checkpoint: Checkpoint, directory: Path, follows: str
) -> None:
    """Writes the vocabulary, if there is one, and its settings.

    Args:
        checkpoint: that has it.
        directory: where to.
        follows: whose rules a tokenizer there has where nothing is said.
    """
    preprocessor = checkpoint.get_preprocessor()
    if preprocessor is None:
        return
    tokenizer = preprocessor.tokenizer
    with tempfile.TemporaryDirectory(dir=directory) as temporary:
        saved = tokenizer.save(temporary)["vocabulary"]
        os.replace(
            Path(temporary, saved), directory / _PUBLISHED[tokenizer.kind]
        )
    fields = fields_of(tokenizer, preprocessor.max_length, follows)
    write_json(directory / CONFIG, fields)
