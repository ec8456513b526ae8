"""WordPiece in a TensorFlow graph, with the characters of its tokens."""

from __future__ import annotations

import tensorflow as tf

from albert_tf.tokenizers.basic_text import BasicText
from albert_tf.tokenizers.character_rules import mark_kinds
from albert_tf.tokenizers.graph_characters import GraphCharacters
from albert_tf.tokenizers.graph_map import GraphMap, rows_of
from albert_tf.tokenizers.graph_tokens import GraphTokens
from albert_tf.tokenizers.graph_wordpiece import GraphWordPiece
from albert_tf.tokenizers.wordpiece_tokenizer import WordPieceTokenizer


class GraphWordPieceSpans(tf.Module):
    """Gives the ids and the offsets that a `WordPieceTokenizer` gives.

    The pieces of all words laid end to end are what the clean-up leaves of the
    text but for blanks, so their bytes say where each one lies in that.

    Args:
        tokenizer: without added tokens, which the caller sees to.

    Raises:
        UserError: if it cleans text in a way that the graph does not know.
    """

    def __init__(self, tokenizer: WordPieceTokenizer):
        super().__init__()
        self._tokens = GraphWordPiece(tokenizer)
        self._kinds = GraphMap(mark_kinds(BasicText(tokenizer.settings)))

    def __call__(self, texts) -> GraphTokens:
        """Cuts texts into tokens, without special ones.

        Args:
            texts: string [B], UTF-8; bytes that are none count as U+FFFD.
        """
        given = GraphCharacters.of(texts)
        cleaned = self._tokens.clean(given)
        ids, sizes = self._tokens.cut(cleaned.texts())
        characters = cleaned.kept(cleaned.codes != ord(" "))
        character_of = rows_of(characters.byte_ends())  # of each byte
        ends = tf.cumsum(sizes)
        first, last = (
            tf.gather(character_of, places)
            for places in (ends - sizes, ends - 1)
        )
        return GraphTokens(
            ids,
            tf.gather(characters.sources, first),
            tf.gather(self._ends(given, characters), last),
        )

    def _ends(self, given: GraphCharacters, characters: GraphCharacters):
        """Where the characters end that those of words come from, int32 [n].

        A dropped mark belongs to the last that its letter became.
        """
        with_marks = given.with_marks_behind(
            self._kinds.differences(given.codes)
        )
        starts = given.row_starts()
        places = tf.gather(starts, characters.rows) + characters.sources
        return tf.where(
            characters.last_of_sources(),
            tf.gather(with_marks, places),
            characters.sources + 1,
        )
