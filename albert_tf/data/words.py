"""Where words begin among the tokens."""

import unicodedata

import numpy as np

from albert_tf.errors import UserError
from albert_tf.tokenizers import Tokenizer

_WORD_START = "\u2581"
_CONTINUATION = "##"
# Scripts that put no blanks between words: each piece stands for itself.
UNSPACED = (
    "CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"
)  # fmt: skip


def find_word_starts(tokenizer: Tokenizer) -> np.ndarray:
    """Which pieces of a vocabulary begin a word.

    For SentencePiece the rule of the official create_pretraining_data.py,
    `_is_start_piece_sp`: a piece goes on with a word if it is made of letters
    (with punctuation between them) and has no mark for a blank before it;
    digits, single punctuation marks and ideographs begin words of their own.
    The official rule knows the letters a to z only, so that every piece with
    another one begins a word; ours knows those of all scripts that put blanks
    between words.

    Args:
        tokenizer: any.

    Returns:
        bool [V].
    """
    if tokenizer.marks_word_starts:
        begins = _begins_word
    else:
        begins = _has_no_continuation_mark
    return np.array([begins(piece) for piece in tokenizer.pieces])


class ChineseWords:
    """Finds words of several ideographs.

    A WordPiece vocabulary makes a token of each ideograph. As in the Chinese
    BERT with whole-word masking, jieba says which of them make a word.

    Args:
        tokenizer: one that makes a token of each ideograph.

    Raises:
        UserError: jieba is not installed.
    """

    def __init__(self, tokenizer: Tokenizer):
        try:
            import jieba
        except ImportError:
            raise UserError(
                "Chinese words are found by jieba: pip install jieba"
            ) from None
        jieba.setLogLevel("ERROR")
        self._cut = jieba.tokenize
        self._tokenizer = tokenizer

    def __reduce__(self):
        # jieba holds a lock, which goes to no other process.
        return ChineseWords, (self._tokenizer,)

    def find_starts(self, sentences: list[str]) -> np.ndarray:
        """Where words may begin among the tokens of the sentences.

        Args:
            sentences: n texts.

        Returns:
            bool [number of all tokens], False at ideographs within a word.
        """
        return np.array(
            [flag for sentence in sentences for flag in self._starts(sentence)],
            bool,
        )

    def _starts(self, sentence):
        begins = {begin for _, begin, _ in self._cut(sentence)}
        encoding = self._tokenizer.encode(sentence, max_length=10**9)
        for begin, end in encoding.offsets[1:-1]:
            yield begin in begins or not _is_ideograph(sentence[begin:end])


def _is_ideograph(text: str) -> bool:
    return len(text) == 1 and unicodedata.name(text, "").startswith("CJK")


def _has_no_continuation_mark(piece: str) -> bool:
    return not piece.startswith(_CONTINUATION)


def _begins_word(piece: str) -> bool:
    return (
        piece.startswith((_WORD_START, "<"))
        or not any(map(_is_letter, piece))
        or not all(map(_is_within_word, piece))
    )


def _is_within_word(character: str) -> bool:
    if character.isascii():
        # As officially, an apostrophe cuts: "'s" is a word.
        return (
            character.isalpha() or character in '!"#$%&()*+,-./:;?@[\\]^_`{|}~'
        )
    name = unicodedata.name(character, "")
    return _is_letter(character) and not name.startswith(UNSPACED)


def _is_letter(character: str) -> bool:
    # Some scripts write vowels as marks on the letters.
    return unicodedata.category(character)[0] in "LM"
