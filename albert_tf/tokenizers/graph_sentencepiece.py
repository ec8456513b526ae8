"""SentencePiece with ALBERT's clean-up in a TensorFlow graph."""

from __future__ import annotations

import dataclasses
import functools

import tensorflow as tf
import tensorflow_text

from albert_tf.errors import UserError
from albert_tf.tokenizers.character_rules import (
    BLANK,
    SIGMA,
    SMALL_SIGMA,
    blanks,
    lower,
    map_characters,
    sigma_kinds,
)
from albert_tf.tokenizers.clean_text import clean_text
from albert_tf.tokenizers.graph_characters import GraphCharacters
from albert_tf.tokenizers.graph_map import GraphMap
from albert_tf.tokenizers.number_map import NumberMap
from albert_tf.tokenizers.sentencepiece_file import is_unigram
from albert_tf.tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer
from albert_tf.tokenizers.tokenizer_settings import (
    TRANSFORMERS,
    TokenizerSettings,
)


class GraphSentencePiece(tf.Module):
    """Gives the ids that a `SentencePieceTokenizer` gives.

    Args:
        tokenizer: without added tokens, which the caller sees to.

    Raises:
        UserError: if its vocabulary works in a way that the graph does not
            know.
    """

    def __init__(self, tokenizer: SentencePieceTokenizer):
        super().__init__()
        if not is_unigram(tokenizer.data):
            raise UserError(
                "the SentencePiece vocabulary is no unigram model, and "
                "tensorflow-text reads no other"
            )
        if tokenizer.may_hide_commas:
            raise UserError(
                "the SentencePiece vocabulary has no piece for a comma, so "
                "that numbers with commas cannot be told in the graph"
            )
        settings = tokenizer.settings
        self._joins_quotes = settings.follows == TRANSFORMERS
        self._blanks = GraphMap(blanks()) if settings.collapse_spaces else None
        self._rule = GraphMap(_characters(settings))
        self._kinds = GraphMap(sigma_kinds()) if settings.lowercase else None
        self._pieces = tensorflow_text.FastSentencepieceTokenizer(
            tokenizer.data
        )
        self._resplit = GraphMap(
            NumberMap.of(tokenizer.resplit, tokenizer.vocab_size)
        )

    def __call__(self, texts):
        """Cuts texts into ids, without special tokens.

        Args:
            texts: string [B], UTF-8; bytes that are none count as U+FFFD.

        Returns:
            Ragged int32 [B, (T)].
        """
        cleaned = self.clean(GraphCharacters.of(texts))
        return self.resplit(self.cut(cleaned.texts()))[0]

    def clean(self, characters: GraphCharacters) -> GraphCharacters:
        """What `clean_text` makes of texts."""
        # First of all: a word of nothing but marks leaves its blanks.
        if self._blanks is not None:
            characters = characters.mapped(self._blanks).collapsed()
        if self._joins_quotes:
            characters = characters.with_joined_quotes()
        characters = characters.mapped(self._rule)
        if self._kinds is not None:
            characters = characters.with_small_sigmas(self._kinds)
        return characters

    def ends(self, given: GraphCharacters, cleaned: GraphCharacters):
        """Where the characters end that cleaned ones come from.

        Those that were dropped belong to the one before them.

        Args:
            given: the characters of the texts.
            cleaned: what `clean` made of them, n of them.

        Returns:
            int32 [n].
        """
        kept = given
        if self._blanks is not None:
            is_blank = given.mapped(self._blanks).codes == BLANK
            kept = given.kept(~is_blank)
        return cleaned.ends(kept.row_ends())

    def cut(self, texts):
        """Cuts cleaned texts into the pieces that the vocabulary chooses.

        Args:
            texts: string [B].

        Returns:
            Ragged int32 [B, (T)], ids.
        """
        return self._pieces.tokenize(texts)

    def resplit(self, pieces):
        """Cuts the comma off pieces that end a number with one.

        Args:
            pieces: ragged int32 [B, (T)], ids.

        Returns:
            Ragged int32 [B, (U)], ids, and of each the place in all `pieces`
            that it comes from, int32 [u].
        """
        ids, places = self._resplit(pieces.flat_values)
        splits = tf.searchsorted(
            places, tf.cast(pieces.row_splits, tf.int32), out_type=tf.int64
        )
        rows = tf.RaggedTensor.from_row_splits(ids, splits, validate=False)
        return rows, places


@functools.cache  # it takes seconds
def _characters(settings: TokenizerSettings) -> NumberMap:
    """What `clean_text` makes of each character."""
    alone = dataclasses.replace(
        settings, lowercase=False, collapse_spaces=False
    )
    small_first = settings.lowercase and settings.follows == TRANSFORMERS
    case = lower if settings.lowercase else str

    def rule(text):
        if small_first:
            text = text.replace(chr(SIGMA), chr(SMALL_SIGMA))
        return case(clean_text(text, alone))

    return map_characters(rule)
