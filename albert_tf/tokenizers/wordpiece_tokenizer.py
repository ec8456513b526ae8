"""The tokenizer of the Chinese ALBERT models."""

import pathlib
import re

from albert_tf.errors import UserError
from albert_tf.tokenizers.tokenizer import Tokenizer

CONTINUATION = "##"
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
    `BasicTokenizer` and `WordpieceTokenizer`). One difference: letters are
    lower-cased one by one, so a capital sigma never becomes a final one.
    """

    kind = "wordpiece"
    vocabulary_file = "vocabulary.txt"
    special_pieces = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")

    def __init__(self, vocabulary=None, lowercase=True):
        """Reads a WordPiece vocabulary.

        Args:
            vocabulary: path of a UTF-8 text file with one piece a line, in the
                order of the ids; None means the 21,128 pieces of the published
                Chinese models.
            lowercase: whether to lower-case text and drop accents.

        Raises:
            UserError: the file is missing, damaged, or lacks special tokens.
        """
        if vocabulary is None:
            here = pathlib.Path(__file__).parent
            vocabulary = here / "vocabularies" / "albert_zh_21k.txt"
        super().__init__(vocabulary, lowercase)

    def _load(self, source):
        import tokenizers  # heavier than all of this package together

        pieces = _read_pieces(self._data, source)
        self._tokenizer = tokenizers.Tokenizer(
            tokenizers.models.WordPiece(
                {piece: index for index, piece in enumerate(pieces)},
                unk_token=self.special_pieces[1],
                max_input_chars_per_word=200,
            )
        )
        self._tokenizer.normalizer = tokenizers.normalizers.BertNormalizer(
            lowercase=self.lowercase
        )
        self._tokenizer.pre_tokenizer = (
            tokenizers.pre_tokenizers.BertPreTokenizer()
        )
        return pieces

    def _split(self, text):
        encoded = self._tokenizer.encode(text)
        return encoded.tokens, encoded.ids, encoded.offsets

    def _split_batch(self, texts):
        return [
            encoded.ids for encoded in self._tokenizer.encode_batch_fast(texts)
        ]

    def _join(self, token_ids):
        pieces = [self.pieces[token_id] for token_id in token_ids]
        text = " ".join(pieces).replace(f" {CONTINUATION}", "")
        return re.sub(f"(?<=[{UNSPACED}]) | (?=[{UNSPACED}])", "", text)


def _read_pieces(data, source):
    try:
        lines = data.decode().removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise UserError(
            f"vocabulary {source}: not UTF-8 at byte {error.start}"
        ) from error
    first_line = {}
    for number, line in enumerate(lines, start=1):
        # Only the line's end is stripped: some pieces are odd white space.
        piece = line.removesuffix("\r")
        if piece in first_line:
            raise UserError(
                f"vocabulary {source}: line {number} repeats {piece!r} of line "
                f"{first_line[piece]}"
            )
        first_line[piece] = number
    return list(first_line)
