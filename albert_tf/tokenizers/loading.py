"""Tokenizers out of the directories they were saved in."""

import pathlib

from albert_tf.errors import UserError
from albert_tf.files import file_within
from albert_tf.tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer
from albert_tf.tokenizers.wordpiece_tokenizer import WordPieceTokenizer


def load_tokenizer(config, directory):
    """Rebuilds a tokenizer that `Tokenizer.save` wrote.

    Args:
        config: the dict that `save` returned.
        directory: where the vocabulary file lies.

    Returns:
        A `Tokenizer`.

    Raises:
        UserError: the configuration lacks a key, names no tokenizer of ours, or
            its vocabulary file is missing or damaged.
    """
    if not isinstance(config, dict):
        raise UserError(
            f"tokenizer configuration: must be an object, received {config!r}"
        )
    for key in ("tokenizer", "vocabulary", "lowercase"):
        if key not in config:
            raise UserError(
                f"tokenizer configuration: {key!r} is missing, received "
                f"{config}"
            )
    kinds = {c.kind: c for c in (SentencePieceTokenizer, WordPieceTokenizer)}
    if config["tokenizer"] not in list(kinds):  # it may be a list
        raise UserError(
            f"tokenizer configuration: 'tokenizer' must be one of "
            f"{', '.join(kinds)}, received {config['tokenizer']!r}"
        )
    if not isinstance(config["lowercase"], bool):
        raise UserError(
            "tokenizer configuration: 'lowercase' must be true or false, "
            f"received {config['lowercase']!r}"
        )
    return kinds[config["tokenizer"]](
        file_within(directory, config["vocabulary"]), config["lowercase"]
    )


def open_tokenizer(path=None, lowercase=True):
    """A tokenizer for a vocabulary file.

    Args:
        path: a SentencePiece `.model`, or a WordPiece `.txt`; None for the
            official English vocabulary.
        lowercase: whether to lower-case text first.

    Returns:
        A `Tokenizer`.

    Raises:
        UserError: the file is missing, damaged or of another kind.
    """
    if path is None:
        return SentencePieceTokenizer(lowercase=lowercase)
    suffixes = {".model": SentencePieceTokenizer, ".txt": WordPieceTokenizer}
    path = pathlib.Path(path)
    if path.suffix not in suffixes:
        raise UserError(
            f"vocabulary {path}: must be a SentencePiece .model or a "
            "WordPiece .txt file"
        )
    return suffixes[path.suffix](path, lowercase)
