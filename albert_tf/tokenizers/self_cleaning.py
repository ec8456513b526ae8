"""SentencePiece models for readers that know nothing of ALBERT's clean-up."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import sentencepiece

from albert_tf.tokenizers import sentencepiece_file
from albert_tf.tokenizers.character_rules import all_characters
from albert_tf.tokenizers.clean_text import QUOTES, clean_text
from albert_tf.tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer
from albert_tf.tokenizers.tokenizer_settings import TRANSFORMERS


def self_cleaning_model(tokenizer: SentencePieceTokenizer) -> bytes:
    """A model that cleans texts by its own rules of normalization.

    Given a text as it was typed, it gives the ids of the tokenizer but for
    what such rules cannot say, as they look at one character after the other:

    - A capital sigma is never a final one in lower case.
    - Characters that the tokenizer's model joins stay apart, such as Hangul
      that is written as jamo, or marks where accents are kept.
    - Pieces such as "9,", which ALBERT cuts again, are never chosen: what is
      before them may be cut otherwise.

    Args:
        tokenizer: without added tokens.

    Returns:
        A serialized model with the pieces and ids of the tokenizer.
    """
    settings = tokenizer.settings
    alone = dataclasses.replace(settings, collapse_spaces=False)
    own = sentencepiece.SentencePieceNormalizer(
        model_proto=tokenizer.data,
        add_dummy_prefix=False,
        escape_whitespaces=False,
        remove_extra_whitespaces=False,
    )

    def rule(text):
        if settings.collapse_spaces and text.isspace():
            return " "
        return own.normalize(clean_text(text, alone))

    rules = {}
    for characters in all_characters():
        # Most do not change; one by one it takes longer to find that out.
        text = "".join(characters)
        if rule(text) != text:
            rules.update((c, rule(c)) for c in characters if rule(c) != c)
    rules.pop("\0", None)  # which ends a text for the library
    if settings.follows == TRANSFORMERS:
        rules.update(dict.fromkeys(QUOTES, rule('"')))
    return sentencepiece_file.with_rules(
        tokenizer.data,
        _compiled(rules),
        settings.collapse_spaces,
        tokenizer.resplit,
    )


def _compiled(rules: dict[str, str]) -> bytes:
    """A serialized model of nothing but rules of normalization."""
    lines = [
        f"{_numbers(old)}\t{_numbers(new)}\n" for old, new in rules.items()
    ]
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "rules.tsv")
        path.write_text("".join(lines))
        normalizer = sentencepiece.SentencePieceNormalizer(rule_tsv=str(path))
    return normalizer.serialized_model_proto()


def _numbers(text: str) -> str:
    return " ".join(f"{ord(character):X}" for character in text)
