"""The tokenizer of the Chinese ALBERT models."""

import pathlib
import re

from albert_tf.errors import UserError, warn
from albert_tf.tokenizers.basic_text import BasicText
from albert_tf.tokenizers.tokenizer import Tokenizer
from albert_tf.tokenizers.tokenizer_settings import GOOGLE, TRANSFORMERS

CONTINUATION = "##"
_LONGEST_WORD = {GOOGLE: 200, TRANSFORMERS: 100}  # characters
# Ideographs, their punctuation, kana, and full-width forms: scripts that put
# no blanks between words.
UNSPACED = (
    "\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
    "\U00020000-\U0002fa1f"
)


class WordPieceTokenizer(Tokenizer):
    """BERT's WordPiece, which the Chinese ALBERT models use.

    Text is cleaned, ideographs stand alone, punctuation is split off, letters
    are lower-cased and lose their accents, then each word is cut greedily into
    the longest pieces; words beyond 200 characters are unknown (the official
    `BasicTokenizer` and `WordpieceTokenizer`).
    """

    kind = "wordpiece"
    vocabulary_file = "vocabulary.txt"
    special_pieces = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    unused_settings = ("collapse_spaces",)

    def __init__(self, vocabulary=None, settings=None, **changes):
        """Reads a WordPiece vocabulary.

        Args:
            vocabulary: path of a UTF-8 text file with one piece a line, in the
                order of the ids; None means the 21,128 pieces of the published
                Chinese models. Of lines that are alike the last one counts,
                with a warning.
            settings: a `TokenizerSettings`; None for those of the published
                models.
            **changes: of the settings, such as `lowercase=False`.

        Raises:
            UserError: the file is missing, damaged, or lacks special tokens,
                or a setting makes no sense.
        """
        if vocabulary is None:
            here = pathlib.Path(__file__).parent
            vocabulary = here / "vocabularies" / "albert_zh_21k.txt"
        super().__init__(vocabulary, settings, **changes)
        _warn_of_repeats(self.pieces[: self._num_pieces], vocabulary)

    def _strips_accents(self, settings):
        if settings.strip_accents is None:
            return settings.lowercase
        return settings.strip_accents

    def _load(self, source):
        pieces = read_pieces(self._data, source)
        self._ids = {piece: index for index, piece in enumerate(pieces)}
        return pieces

    def _set_up(self, data, settings, source):
        import tokenizers  # heavier than all of this package together

        super()._set_up(data, settings, source)
        unknown = self.settings.special_tokens[1]
        self._basic_text = BasicText(self.settings)
        self._tokenizer = tokenizers.Tokenizer(
            tokenizers.models.WordPiece(
                # It may be an added token, which the file lacks.
                {**self._ids, unknown: self.unk_id},
                unk_token=unknown,
                max_input_chars_per_word=_LONGEST_WORD[self.settings.follows],
            )
        )
        self._tokenizer.pre_tokenizer = (
            tokenizers.pre_tokenizers.CharDelimiterSplit(" ")
        )

    @property
    def ids(self) -> dict[str, int]:
        """The pieces of the file with their ids."""
        return dict(self._ids)

    @property
    def longest_word(self) -> int:
        """Characters that a word may have; a longer one is unknown."""
        return _LONGEST_WORD[self.settings.follows]

    def _split(self, text):
        encoded = self._tokenizer.encode(self._basic_text(text))
        starts, ends = self._basic_text.find_spans(text)
        spans = [(starts[a], ends[b - 1]) for a, b in encoded.offsets]
        return encoded.tokens, encoded.ids, spans

    def _split_batch(self, texts):
        words = [self._basic_text(text) for text in texts]
        return [
            encoded.ids for encoded in self._tokenizer.encode_batch_fast(words)
        ]

    def _join(self, token_ids):
        pieces = [self.pieces[token_id] for token_id in token_ids]
        text = " ".join(pieces).replace(f" {CONTINUATION}", "")
        return re.sub(f"(?<=[{UNSPACED}]) | (?=[{UNSPACED}])", "", text)


def read_pieces(data, source):
    """The lines of a vocabulary file.

    Args:
        data: its bytes.
        source: its name, for the message.

    Raises:
        UserError: it is not UTF-8.
    """
    try:
        lines = data.decode().removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise UserError(
            f"vocabulary {source}: not UTF-8 at byte {error.start}"
        ) from error
    # Only the line's end is stripped: some pieces are odd white space.
    return [line.removesuffix("\r") for line in lines]


def _warn_of_repeats(pieces, source):
    first_line, repeats = {}, []
    for number, piece in enumerate(pieces, start=1):
        if piece in first_line:
            repeats.append((number, piece))
        first_line.setdefault(piece, number)
    if repeats:
        number, piece = repeats[0]
        more = f", and {len(repeats) - 1} more do so" if repeats[1:] else ""
        warn(
            f"vocabulary {source}: line {number} repeats {piece!r} of line "
            f"{first_line[piece]}{more}; the last one counts"
        )
