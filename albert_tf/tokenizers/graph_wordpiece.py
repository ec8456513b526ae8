"""WordPiece with BERT's clean-up in a TensorFlow graph."""

from __future__ import annotations

import unicodedata

import tensorflow as tf
import tensorflow_text

from albert_tf.errors import UserError
from albert_tf.tokenizers.basic_text import BasicText
from albert_tf.tokenizers.character_rules import (
    lower,
    map_characters,
    sigma_kinds,
)
from albert_tf.tokenizers.graph_characters import GraphCharacters
from albert_tf.tokenizers.graph_map import GraphMap
from albert_tf.tokenizers.wordpiece_tokenizer import (
    CONTINUATION,
    WordPieceTokenizer,
)

_MOST_BYTES = 4  # of a character in UTF-8


class GraphWordPiece(tf.Module):
    """Gives the ids that a `WordPieceTokenizer` gives.

    Args:
        tokenizer: without added tokens, which the caller sees to.

    Raises:
        UserError: if it cleans text in a way that the graph does not know.
    """

    def __init__(self, tokenizer: WordPieceTokenizer):
        super().__init__()
        # One of its own, as it keeps all characters that it has seen.
        basic_text = BasicText(tokenizer.settings)
        if basic_text.composes:
            raise UserError(
                "the tokenizer composes letters with their marks (NFC), as "
                "transformers does without strip_accents"
            )
        _check_marks(tokenizer)
        before, behind = basic_text.before_case, basic_text.behind_case
        self._kinds = None
        if tokenizer.settings.lowercase:
            self._kinds = GraphMap(sigma_kinds())
            self._before = GraphMap(map_characters(lambda c: lower(before(c))))
            self._behind = GraphMap(map_characters(behind, str.isspace))
        else:
            self._behind = GraphMap(
                map_characters(lambda c: behind(before(c)), str.isspace)
            )
        self._longest = tokenizer.longest_word
        self._unknown = tokenizer.settings.special_tokens[1]
        ids = {**tokenizer.ids, self._unknown: tokenizer.unk_id}
        ids.pop("", None)
        self._ids = tf.constant([*ids.values()])
        self._pieces = tensorflow_text.FastWordpieceTokenizer(
            [*ids],
            suffix_indicator=CONTINUATION,
            max_bytes_per_word=_MOST_BYTES * self._longest,
            token_out_type=tf.int32,
            unknown_token=self._unknown,
            no_pretokenization=True,
        )

    def __call__(self, texts):
        """Cuts texts into ids, without special tokens.

        Args:
            texts: string [B], UTF-8; bytes that are none count as U+FFFD.

        Returns:
            Ragged int32 [B, (T)].
        """
        return self.cut(self.clean(GraphCharacters.of(texts)).texts())[0]

    def clean(self, characters: GraphCharacters) -> GraphCharacters:
        """What `BasicText` makes of texts."""
        if self._kinds is not None:
            characters = characters.mapped(self._before)
            characters = characters.with_small_sigmas(self._kinds)
        return characters.mapped(self._behind).collapsed()

    def cut(self, texts):
        """Cuts the words of cleaned texts into pieces.

        Args:
            texts: string [B].

        Returns:
            Ragged int32 [B, (T)], ids, and the bytes of all of them, int32
            [n].
        """
        words = tf.strings.split(texts)
        lengths = tf.strings.length(words.flat_values, "UTF8_CHAR")
        known = tf.where(
            lengths > self._longest, self._unknown, words.flat_values
        )
        pieces, starts, ends = self._pieces.tokenize_with_offsets(known)
        # An unknown word is one piece, whatever stands for it.
        sizes = tf.strings.length(words.flat_values)
        rows = pieces.value_rowids()
        is_whole = tf.gather(pieces.row_lengths() == 1, rows)
        sizes = tf.where(
            is_whole,
            tf.gather(sizes, rows),
            tf.cast(ends.flat_values - starts.flat_values, tf.int32),
        )
        ids = pieces.with_values(tf.gather(self._ids, pieces.flat_values))
        return words.with_values(ids).merge_dims(1, 2), sizes


def _check_marks(tokenizer: WordPieceTokenizer) -> None:
    """Refuses vocabularies for which the order of marks matters.

    Taken apart, marks are put into an order, which the graph does not do. Of
    those that are not dropped no published vocabulary has one, so that the
    word is unknown in any order.
    """
    for piece in tokenizer.ids if tokenizer.settings.strip_accents else ():
        for character in piece:
            if unicodedata.combining(character) and (
                unicodedata.category(character) != "Mn"
            ):
                raise UserError(
                    f"the piece {piece!r} of the vocabulary has a mark whose "
                    "order among others the graph does not know"
                )
