"""Tokenizers out of files."""

import pathlib

from albert_tf.errors import UserError
from albert_tf.files import file_within
from albert_tf.json_files import read_json
from albert_tf.tokenizers.json_tokenizer import JsonTokenizer
from albert_tf.tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer
from albert_tf.tokenizers.tokenizer_settings import TokenizerSettings
from albert_tf.tokenizers.wordpiece_tokenizer import WordPieceTokenizer

# Files with settings of the vocabulary beside them, and of more than that.
_SETTINGS = ("tokenizer_config.json", "preprocessor.json", "corpus.json")


def restore_tokenizer(configuration, directory):
    """Rebuilds a tokenizer that `Tokenizer.save` wrote.

    Args:
        configuration: the dict that `save` returned; settings that it lacks
            are the usual ones.
        directory: where the vocabulary file lies.

    Returns:
        A `Tokenizer`.

    Raises:
        UserError: the configuration lacks a key, names no tokenizer of ours, or
            its vocabulary file is missing or damaged.
    """
    where = "tokenizer configuration"
    if not isinstance(configuration, dict):
        raise UserError(
            f"{where}: must be an object, received {configuration!r}"
        )
    settings = dict(configuration)
    for key in ("tokenizer", "vocabulary"):
        if key not in settings:
            raise UserError(
                f"{where}: {key!r} is missing, received {configuration}"
            )
    kind, vocabulary = settings.pop("tokenizer"), settings.pop("vocabulary")
    tokenizers = (SentencePieceTokenizer, WordPieceTokenizer, JsonTokenizer)
    kinds = {tokenizer.kind: tokenizer for tokenizer in tokenizers}
    if kind not in list(kinds):  # it may be a list
        raise UserError(
            f"{where}: 'tokenizer' must be one of {', '.join(kinds)}, "
            f"received {kind!r}"
        )
    try:
        settings = TokenizerSettings.from_dict(settings)
    except UserError as error:
        raise UserError(f"{where}: {error}") from None
    return kinds[kind](file_within(directory, vocabulary), settings)


def tokenizer_for_file(path=None, settings=None):
    """A tokenizer for a vocabulary file.

    Args:
        path: a SentencePiece `.model`, a WordPiece `.txt` or a
            `tokenizer.json`; None for the official English vocabulary.
        settings: a `TokenizerSettings`; None for those that
            `train_vocabulary` wrote beside the file, or those of the published
            models.

    Returns:
        A `Tokenizer`.

    Raises:
        UserError: the file is missing, damaged or of another kind; or it
            belongs to a model or corpus with settings, and none are given.
    """
    if path is None:
        return SentencePieceTokenizer(settings=settings)
    suffixes = {
        ".model": SentencePieceTokenizer,
        ".txt": WordPieceTokenizer,
        ".json": JsonTokenizer,
    }
    path = pathlib.Path(path)
    if path.suffix not in suffixes:
        raise UserError(
            f"vocabulary {path}: must be a SentencePiece .model, a WordPiece "
            ".txt or a tokenizer.json file"
        )
    if settings is None:
        _check_alone(path)
    beside = path.with_suffix(".json")
    if settings is None and path.suffix == ".model" and beside.exists():
        try:
            settings = TokenizerSettings.from_dict(read_json(beside))
        except UserError as error:
            raise UserError(
                f"{beside}: is no settings of a vocabulary: {error}"
            ) from None
    return suffixes[path.suffix](path, settings)


def _check_alone(path):
    for name in _SETTINGS:
        if path.exists() and path.with_name(name).exists():
            raise UserError(
                f"vocabulary {path}: is not alone, {name} has settings for "
                "it; name the model itself (a directory, hf:DIR or tf1:DIR), "
                "or copy the file to another place"
            )
