"""Vocabulary files beside the weights of other libraries."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from albert_tf.checkpoints.checkpoint import Checkpoint
from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.json_files import read_json, write_json
from albert_tf.tokenizers import (
    SentencePieceTokenizer,
    Tokenizer,
    WordPieceTokenizer,
)

_SETTINGS = "tokenizer_config.json"
# Kind of tokenizer: its published file name, Hugging Face's class.
_PUBLISHED = {
    SentencePieceTokenizer.kind: ("spiece.model", "AlbertTokenizer"),
    WordPieceTokenizer.kind: ("vocab.txt", "BertTokenizer"),
}


def preprocessor_for(
    tokenizer: Tokenizer, config: AlbertConfig
) -> TextPreprocessor:
    """A preprocessor for sequences as long as the model's positions reach."""
    return TextPreprocessor(tokenizer, config.max_position_embeddings)


def read_vocabulary(
    directory: Path, config: AlbertConfig
) -> TextPreprocessor | None:
    """Reads `spiece.model` or another `*.model`, or `vocab.txt`.

    Args:
        directory: where the files lie; `tokenizer_config.json` says by
            `do_lower_case` whether text is lower-cased, else it is.
        config: the model's, for the longest sequence.

    Returns:
        A `TextPreprocessor`, or None where there is no vocabulary.

    Raises:
        UserError: if a file is damaged, or several might be meant.
    """
    settings = directory / _SETTINGS
    lowercase = True
    if settings.exists():
        lowercase = read_json(settings).get("do_lower_case", True)
    models = sorted(directory.glob("*.model"))
    official = directory / "spiece.model"
    if official in models:
        models = [official]
    if len(models) > 1:
        raise UserError(
            f"{directory}: has several vocabularies, "
            f"{', '.join(path.name for path in models)}; pass tokenizer="
        )
    words = directory / "vocab.txt"
    if models:
        tokenizer = SentencePieceTokenizer(models[0], lowercase)
    elif words.exists():
        tokenizer = WordPieceTokenizer(words, lowercase)
    else:
        return None
    return preprocessor_for(tokenizer, config)


def write_vocabulary(checkpoint: Checkpoint, directory: Path) -> None:
    """Writes the vocabulary, if there is one, under its published name."""
    preprocessor = checkpoint.get_preprocessor()
    if preprocessor is None:
        return
    tokenizer = preprocessor.tokenizer
    file_name, class_name = _PUBLISHED[tokenizer.kind]
    with tempfile.TemporaryDirectory(dir=directory) as temporary:
        saved = tokenizer.save(temporary)["vocabulary"]
        os.replace(Path(temporary, saved), directory / file_name)
    settings = {
        "tokenizer_class": class_name,
        "do_lower_case": tokenizer.lowercase,
        "model_max_length": preprocessor.max_length,
    }
    write_json(directory / _SETTINGS, settings)
