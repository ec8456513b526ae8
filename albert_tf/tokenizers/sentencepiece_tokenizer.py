"""The tokenizer of the English ALBERT models."""

import itertools
import pathlib

import sentencepiece

from albert_tf.errors import UserError
from albert_tf.tokenizers import sentencepiece_file
from albert_tf.tokenizers.clean_text import clean_spans, clean_text
from albert_tf.tokenizers.tokenizer import Tokenizer

WORD_START = "\u2581"  # SentencePiece's mark for the blank before a word


class SentencePieceTokenizer(Tokenizer):
    """SentencePiece with ALBERT's clean-up and its rule for digits.

    The same pieces as `preprocess_text` and `encode_pieces` of the official
    tokenization.py.
    """

    kind = "sentencepiece"
    vocabulary_file = "vocabulary.model"
    special_pieces = ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")
    unused_settings = ("split_ideographs",)
    marks_word_starts = True

    def __init__(self, vocabulary=None, settings=None, **changes):
        """Reads a SentencePiece model.

        Args:
            vocabulary: path of a `.model` file; None means the 30,000 pieces of
                the published English models.
            settings: a `TokenizerSettings`; None for those of the published
                models. The model itself knows its piece for unknown ones.
            **changes: of the settings, such as `lowercase=False`.

        Raises:
            UserError: the file is missing, damaged, or lacks special tokens,
                or a setting makes no sense.
        """
        if vocabulary is None:
            here = pathlib.Path(__file__).parent
            vocabulary = here / "vocabularies" / "albert_en_30k.model"
        super().__init__(vocabulary, settings, **changes)

    def _load(self, source):
        self._model = sentencepiece.SentencePieceProcessor()
        try:
            self._model.LoadFromSerializedProto(self._data)
            complete = sentencepiece_file.is_complete(self._data)
            pieces = [
                self._model.id_to_piece(index)
                for index in range(self._model.get_piece_size())
            ]
        except (RuntimeError, IndexError, UnicodeDecodeError):
            complete = False
        if not complete:
            raise UserError(
                f"vocabulary {source}: not a SentencePiece model, or a "
                "truncated one"
            )
        self._rename_unknown(pieces[self._model.unk_id()])
        self._bytes = {i for i in range(len(pieces)) if self._model.is_byte(i)}
        # Unless it was trained with options that hardly anyone uses. (Rules
        # of one's own that make one character of several words are not seen.)
        self.words_are_apart = (
            self.settings.collapse_spaces
            and self._model.normalize("a b") == f"{WORD_START}a{WORD_START}b"
            and WORD_START in pieces
            and not any(WORD_START in piece[1:] for piece in pieces)
        )
        self._resplit = {
            index: self._split_off_comma(piece)
            for index, piece in enumerate(pieces)
            if ends_number(piece)
        }
        # Without a piece for it, a comma may be in an unknown piece.
        self._may_hide_commas = "," not in pieces and not self._bytes
        return pieces

    @property
    def resplit(self) -> dict[int, list[int]]:
        """What takes the places of pieces that end a number with a comma."""
        return {index: ids for index, (_, ids) in self._resplit.items()}

    @property
    def resplit_pieces(self) -> dict[int, list[str]]:
        """The pieces of `resplit`."""
        return {index: pieces for index, (pieces, _) in self._resplit.items()}

    @property
    def has_bytes(self) -> bool:
        """Whether characters without a piece are cut into their bytes."""
        return bool(self._bytes)

    @property
    def marks_word_ends(self) -> bool:
        """Whether the mark for a blank is behind words."""
        return self._model.normalize("a").endswith(WORD_START)

    @property
    def may_hide_commas(self) -> bool:
        """Whether the comma behind a number may be within an unknown piece."""
        return self._may_hide_commas

    def _split_off_comma(self, piece):
        """Cuts "9," into what "9" is cut into, and the comma.

        The rule of the official `encode_pieces`, so that "1,000" does not keep
        pieces which mix digits and commas at their end.
        """
        number = piece[:-1]
        pieces = self._model.encode(
            number.replace(WORD_START, ""), out_type=str
        )
        if not number.startswith(WORD_START):
            # Encoded alone it was taken for the start of a word.
            pieces[0] = pieces[0].removeprefix(WORD_START)
            pieces = [*filter(None, pieces)]
        pieces.append(",")
        return pieces, [self._model.piece_to_id(piece) for piece in pieces]

    def _split_cleaned(self, cleaned):
        """The official `encode_pieces`: pieces and ids of a cleaned text."""
        pieces, ids = [], []
        for piece, index in zip(
            self._model.encode(cleaned, out_type=str),
            self._model.encode(cleaned, out_type=int),
            strict=True,
        ):
            new_pieces, new_ids = [piece], [index]
            if index in self._resplit:
                new_pieces, new_ids = self._resplit[index]
            elif index == self._model.unk_id() and ends_number(piece):
                new_pieces, new_ids = self._split_off_comma(piece)
            pieces += new_pieces
            ids += new_ids
        return pieces, ids

    def _split(self, text):
        cleaned = clean_text(text, self.settings)
        pieces, ids = self._split_cleaned(cleaned)
        return pieces, ids, self._find_spans(text, cleaned, pieces, ids)

    def _find_spans(self, text, cleaned, pieces, ids):
        """Follows each piece back: normalized -> cleaned -> original text.

        The pieces laid end to end are the text as the model normalizes it, so
        their lengths say where each one lies in that. Each byte of a character
        without a piece has the span of the character.
        """
        normalized, sources = self._model.normalize(cleaned, with_offsets=True)
        source_ends = _next_greater(sources)
        starts, ends = clean_spans(text, self.settings)
        starts.append(len(text))
        spans = []
        end = 0
        for piece, index in zip(pieces, ids, strict=True):
            is_byte = index in self._bytes
            if is_byte and "<0x80>" <= piece <= "<0xBF>":  # not the first
                spans.append(spans[-1])
                continue
            begin, end = end, end + (1 if is_byte else len(piece))
            begin += len(piece) - len(piece.lstrip(WORD_START))
            start = starts[sources[begin]]
            if begin < end:
                spans.append((start, ends[source_ends[end - 1] - 1]))
            else:  # nothing but the mark: an empty span where the word starts
                spans.append((start, start))
        return spans

    def _split_batch(self, texts):
        cleaned = [clean_text(text, self.settings) for text in texts]
        if self._may_hide_commas:
            return [self._split_cleaned(text)[1] for text in cleaned]
        batch = self._model.encode(cleaned, out_type=int)
        return [
            ids if self._resplit.keys().isdisjoint(ids) else self._mend(ids)
            for ids in batch
        ]

    def _mend(self, ids):
        resplit = self._resplit
        return list(
            itertools.chain.from_iterable(
                resplit[index][1] if index in resplit else (index,)
                for index in ids
            )
        )

    def _join(self, token_ids):
        return self._model.decode(token_ids)


def ends_number(piece):
    """Whether it ends with a digit and a comma, which are to be apart."""
    return piece[-1:] == "," and piece[-2:-1].isdigit()


def _next_greater(sources):
    """For each item but the last, the first greater one after it.

    Where the model's own rules made several characters of one, all but the
    last of them are followed by their own source again.
    """
    ends = sources[1:]
    for index in range(len(ends) - 2, -1, -1):
        if ends[index] == sources[index]:
            ends[index] = ends[index + 1]
    return ends
