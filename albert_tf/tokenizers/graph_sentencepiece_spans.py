"""SentencePiece in a TensorFlow graph, with the characters of its tokens."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf
import tensorflow_text

from albert_tf.errors import UserError
from albert_tf.tokenizers.graph_characters import GraphCharacters
from albert_tf.tokenizers.graph_map import GraphMap, rows_of
from albert_tf.tokenizers.graph_sentencepiece import GraphSentencePiece
from albert_tf.tokenizers.graph_tokens import GraphTokens
from albert_tf.tokenizers.number_map import NumberMap
from albert_tf.tokenizers.sentencepiece_file import (
    character_model,
    read_pieces,
)
from albert_tf.tokenizers.sentencepiece_tokenizer import (
    WORD_START,
    SentencePieceTokenizer,
)

# The bytes of UTF-8 that go on with a character.
_FURTHER_BYTES = (0x80, 0xBF)
_BYTES = 256


class _Normalized(NamedTuple):
    """The characters that SentencePiece makes of cleaned ones.

    Attributes:
        is_known: whether a piece has them, bool [m].
        rows: int32 [m], the text that each is of.
        starts: int32 [m], the character of the text that each begins with.
        ends: int32 [m], the one behind its last.
    """

    is_known: tf.Tensor
    rows: tf.Tensor
    starts: tf.Tensor
    ends: tf.Tensor


class GraphSentencePieceSpans(tf.Module):
    """Gives the ids and the offsets that a `SentencePieceTokenizer` gives.

    The tokens laid end to end are the text as the vocabulary's own rules
    normalize it, so their lengths say where each one lies in that; and a
    second model, which has the same rules but cuts at each character, says
    where these come from.

    Args:
        tokenizer: without added tokens, which the caller sees to.

    Raises:
        UserError: if its vocabulary works in a way that the graph does not
            know.
    """

    def __init__(self, tokenizer: SentencePieceTokenizer):
        super().__init__()
        self._tokens = GraphSentencePiece(tokenizer)
        _check_pieces(tokenizer)
        self._characters = tensorflow_text.SentencepieceTokenizer(
            character_model(tokenizer.data)
        )
        self._unknown = tokenizer.unk_id
        marks, lengths = _sizes(tokenizer.pieces)
        self._marks = tf.constant(marks)
        self._lengths = tf.constant(lengths)
        resplit = tokenizer.resplit_pieces
        sizes = {i: _sizes(pieces) for i, pieces in resplit.items()}
        size = tokenizer.vocab_size
        self._is_resplit = tf.constant([i in sizes for i in range(size)])
        self._resplit_marks, self._resplit_lengths = (
            GraphMap(
                NumberMap.of({i: part[n] for i, part in sizes.items()}, size)
            )
            for n in range(2)
        )

    def __call__(self, texts) -> GraphTokens:
        """Cuts texts into tokens, without special ones.

        Args:
            texts: string [B], UTF-8; bytes that are none count as U+FFFD.
        """
        given = GraphCharacters.of(texts)
        cleaned = self._tokens.clean(given)
        texts = cleaned.texts()
        found = self._normalized(given, cleaned, texts)
        pieces = self._tokens.cut(texts)
        ids, places = self._tokens.resplit(pieces)
        marks, lengths = self._sizes(pieces.flat_values, places, found)
        ends = tf.cumsum(lengths)
        begins = ends - lengths + marks
        # Nothing but the mark: an empty span where the next character starts.
        is_empty = begins >= ends
        rows = rows_of(ids.row_splits[1:])
        row_ends = tf.math.unsorted_segment_sum(lengths, rows, given.size)
        is_last = begins >= tf.gather(tf.cumsum(row_ends), rows)
        behind = tf.gather(given.row_ends(), rows)
        starts = _at(found.starts, begins, is_last, behind)
        return GraphTokens(
            ids,
            starts,
            _at(found.ends, ends - 1, is_empty, starts),
        )

    def _sizes(self, pieces, places, found: _Normalized):
        """Of each token how many marks it has before it, and its length."""
        is_unknown = pieces == self._unknown
        number = tf.cumsum(tf.cast(is_unknown, tf.int32)) - 1
        runs = _run_lengths(found)
        of_run = tf.gather(tf.concat([runs, [0]], 0), tf.maximum(number, 0))
        lengths = tf.where(is_unknown, of_run, tf.gather(self._lengths, pieces))
        is_resplit = tf.gather(tf.gather(self._is_resplit, pieces), places)
        marks = tf.gather(self._marks, pieces)
        return [
            tf.where(is_resplit, rule(pieces)[0], tf.gather(sizes, places))
            for rule, sizes in (
                (self._resplit_marks, marks),
                (self._resplit_lengths, lengths),
            )
        ]

    def _normalized(self, given, cleaned, texts) -> _Normalized:
        """Follows each character back: normalized -> cleaned -> original.

        Several that one was made of, or that were made of one, have the span
        of all of it.
        """
        ids, starts, ends = self._characters.tokenize_with_offsets(texts)
        rows = rows_of(ids.row_splits[1:])
        character_of = rows_of(cleaned.byte_ends())  # of each byte
        sizes = tf.strings.length(texts)
        base = tf.gather(tf.cumsum(sizes, exclusive=True), rows)
        first = base + tf.cast(starts.flat_values, tf.int32)
        end = base + tf.cast(ends.flat_values, tf.int32)
        is_last = tf.concat([first[1:] != first[:-1], [True]], 0)
        is_last = is_last[: tf.size(first)]
        unit = tf.cumsum(tf.cast(is_last, tf.int32), exclusive=True)
        last = tf.gather(tf.boolean_mask(end, is_last), unit) - 1
        low, high = _FURTHER_BYTES
        ids = ids.flat_values
        whole = tf.where((ids < low) | (ids > high))[:, 0]

        def taken(values, places):
            return tf.gather(values, tf.gather(character_of, places))

        return _Normalized(
            tf.gather(ids >= _BYTES, whole),
            tf.gather(rows, whole),
            taken(cleaned.sources, tf.gather(first, whole)),
            taken(self._tokens.ends(given, cleaned), tf.gather(last, whole)),
        )


def _at(values, places, is_other, others):
    """The values at some places, but others where there are to be others."""
    places = tf.where(is_other, 0, places)
    return tf.where(is_other, others, tf.gather(_padded(values), places))


def _padded(values):
    """With one more, so that it has a place 0."""
    return tf.concat([values, [0]], 0)


def _run_lengths(found: _Normalized):
    """The lengths of runs of characters without a piece.

    No piece has such a character in it, see `_check_pieces`, so that each run
    is an unknown token.
    """
    is_first = found.rows[1:] != found.rows[:-1]
    edge = tf.fill(tf.minimum(tf.shape(found.rows), 1), True)
    begins = ~found.is_known & (
        tf.concat([edge, is_first], 0)
        | tf.concat([edge, found.is_known[:-1]], 0)
    )
    run = tf.cumsum(tf.cast(begins, tf.int32)) - 1
    return tf.math.bincount(
        tf.boolean_mask(run, ~found.is_known),
        minlength=tf.reduce_sum(tf.cast(begins, tf.int32)),
    )


def _sizes(pieces) -> tuple[list[int], list[int]]:
    """Of each piece how many marks it has before it, and its length."""
    marks = [len(piece) - len(piece.lstrip(WORD_START)) for piece in pieces]
    return marks, [*map(len, pieces)]


def _check_pieces(tokenizer: SentencePieceTokenizer) -> None:
    """Refuses vocabularies that do not show how long each token is."""
    pieces = read_pieces(tokenizer.data)
    characters = {
        piece.text
        for piece in pieces
        if (piece.is_normal or piece.is_by_user) and len(piece.text) == 1
    }
    for piece in pieces:
        if piece.is_by_user and len(piece.text) > 1:
            raise UserError(
                f"the piece {piece.text!r} of the vocabulary is cut out before "
                "all others, and where its characters come from the graph "
                "does not know"
            )
        if piece.is_normal and not characters.issuperset(piece.text):
            raise UserError(
                f"the piece {piece.text!r} of the vocabulary has a character "
                "that is no piece by itself, so that the graph cannot tell "
                "where unknown words begin"
            )
    if tokenizer.has_bytes or tokenizer.marks_word_ends:
        what = "pieces for bytes" if tokenizer.has_bytes else "blanks at ends"
        raise UserError(
            f"the SentencePiece vocabulary has {what}, whose characters the "
            "graph does not know"
        )
