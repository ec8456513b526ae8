"""What every tokenizer does alike: special tokens, truncation, decoding."""

import abc
import hashlib
import pathlib

from albert_tf.errors import UserError
from albert_tf.files import new_file
from albert_tf.tokenizers.encoding import Encoding


class Tokenizer(abc.ABC):
    """Turns text into token ids and back.

    A subclass says how one text is cut into pieces; sequences, truncation and
    checks of the input are here. Nothing changes after construction, so a copy
    is the same object; a pickle carries the vocabulary with it.

    Attributes:
        pieces: all V pieces in the order of their ids.
        vocab_size: V, the number of pieces.
        pad_id: id of the padding token.
        unk_id: id that stands for pieces outside the vocabulary.
        cls_id: id of `[CLS]`, the first token of every sequence.
        sep_id: id of `[SEP]`, which ends each segment.
        mask_id: id of `[MASK]`.
        lowercase: whether text is lower-cased first.
        words_are_apart: whether a text has the tokens of its words, told by
            the blanks between them, one after the other; else there are pieces
            of several words.
    """

    kind: str  # the name in a saved configuration
    vocabulary_file: str  # the file name in a saved directory
    special_pieces: tuple[str, ...]  # padding, unknown, CLS, SEP, MASK
    words_are_apart = True

    def __init__(self, vocabulary, lowercase=True):
        """Reads a vocabulary file.

        Args:
            vocabulary: path of the vocabulary file.
            lowercase: whether to lower-case text first; True for every
                published ALBERT.

        Raises:
            UserError: the file is missing, damaged, or lacks special tokens.
        """
        try:
            data = pathlib.Path(vocabulary).read_bytes()
        except OSError as error:
            raise UserError(
                f"vocabulary {vocabulary}: {error.strerror}"
            ) from error
        self._set_up(data, bool(lowercase), vocabulary)

    def _set_up(self, data, lowercase, source):
        if not data:
            raise UserError(f"vocabulary {source}: the file is empty")
        self._data = data
        self.lowercase = lowercase
        self.pieces = self._load(source)
        self.vocab_size = len(self.pieces)
        ids = {piece: index for index, piece in enumerate(self.pieces)}
        missing = [piece for piece in self.special_pieces if piece not in ids]
        if missing:
            raise UserError(
                f"vocabulary {source}: lacks {' '.join(missing)}; "
                "`albert-tf vocabulary` makes a right one"
            )
        self.pad_id, self.unk_id, self.cls_id, self.sep_id, self.mask_id = (
            ids[piece] for piece in self.special_pieces
        )
        self._hidden = {self.pad_id, self.cls_id, self.sep_id, self.mask_id}

    @property
    def digest(self) -> str:
        """SHA-256 of the vocabulary file, in hexadecimal digits."""
        return hashlib.sha256(self._data).hexdigest()

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __getstate__(self):
        return {"data": self._data, "lowercase": self.lowercase}

    def __setstate__(self, state):
        self._set_up(state["data"], state["lowercase"], "in the pickle")

    @abc.abstractmethod
    def _load(self, source):
        """Builds what the subclass needs of `self._data`.

        Returns:
            All V pieces in the order of their ids.
        """

    @abc.abstractmethod
    def _split(self, text):
        """Cuts one text: its pieces, their ids, their character spans."""

    @abc.abstractmethod
    def _split_batch(self, texts):
        """Cuts many texts: the list of ids of each."""

    @abc.abstractmethod
    def _join(self, token_ids):
        """Turns ids without special tokens into text."""

    def tokenize(self, text):
        """Cuts a text into pieces, without special tokens.

        Args:
            text: str.

        Returns:
            List of str; a piece outside the vocabulary is shown as the text it
            stands for (SentencePiece) or as `[UNK]` (WordPiece).

        Raises:
            UserError: `text` is not a str or cannot be written as UTF-8.
        """
        _check_text(text, "text")
        return self._split(text)[0]

    def to_ids(self, texts):
        """Cuts many texts into ids, fast and without special tokens.

        Args:
            texts: list of str.

        Returns:
            List of lists of integers, one a text.

        Raises:
            UserError: as in `tokenize`.
        """
        return self._split_batch(_check_texts(texts, "texts"))

    def encode(self, text, pair=None, max_length=512):
        """Encodes one text, or a pair of texts, with character offsets.

        Args:
            text: str.
            pair: str or None; one that holds no token counts as None.
            max_length: the most tokens that may come out, specials included.

        Returns:
            An `Encoding`. Pairs that are too long lose tokens from the end of
            the longer text, at a tie from the second (`_truncate_seq_pair` in
            the official classifier_utils.py).

        Raises:
            UserError: a text is not a str or cannot be written as UTF-8, or
                `max_length` has no room for the special tokens.
        """
        _check_text(text, "text")
        if pair is not None:
            _check_text(pair, "pair")
        _check_max_length(max_length, pair is not None)
        _, first, first_offsets = self._split(text)
        _, second, second_offsets = self._split(pair or "")
        first, second, num_truncated = _truncate(first, second, max_length)
        special = (0, 0)
        offsets = [special, *first_offsets[: len(first)], special]
        if second:
            offsets += [*second_offsets[: len(second)], special]
        return self._assemble(first, second, offsets, num_truncated)

    def encode_batch(self, texts, pairs=None, max_length=512):
        """Encodes many texts, or pairs, fast and without offsets.

        Args:
            texts: list of str.
            pairs: list of str of the same length, or None.
            max_length: as in `encode`.

        Returns:
            List of `Encoding`, the same as of `encode` but for `offsets`,
            which are None.

        Raises:
            UserError: as in `encode`, or the lists differ in length.
        """
        texts = _check_texts(texts, "texts")
        _check_max_length(max_length, pairs is not None)
        firsts = self._split_batch(texts)
        if pairs is None:
            seconds = [[]] * len(texts)
        else:
            pairs = _check_texts(pairs, "pairs")
            if len(pairs) != len(texts):
                raise UserError(
                    "texts and pairs must be equally many, received "
                    f"{len(texts)} and {len(pairs)}"
                )
            seconds = self._split_batch(pairs)
        encodings = []
        for first, second in zip(firsts, seconds, strict=True):
            first, second, num_truncated = _truncate(first, second, max_length)
            encodings.append(self._assemble(first, second, None, num_truncated))
        return encodings

    def _assemble(self, first, second, offsets, num_truncated):
        token_ids = [self.cls_id, *first, self.sep_id]
        segment_ids = [0] * len(token_ids)
        if second:
            token_ids += [*second, self.sep_id]
            segment_ids += [1] * (len(second) + 1)
        return Encoding(token_ids, segment_ids, offsets, num_truncated)

    def decode(self, token_ids):
        """Turns ids back into text, leaving special tokens out.

        Args:
            token_ids: integers in [0, V), in any sequence.

        Returns:
            The text as the tokenizer cleaned it; unknown pieces stay visible.

        Raises:
            UserError: an id is outside the vocabulary.
        """
        token_ids = [int(token_id) for token_id in token_ids]
        for token_id in token_ids:
            if not 0 <= token_id < self.vocab_size:
                raise UserError(
                    f"token id {token_id} is outside the vocabulary, which "
                    f"has the ids 0 to {self.vocab_size - 1}"
                )
        return self._join([i for i in token_ids if i not in self._hidden])

    def save(self, directory):
        """Writes the vocabulary file into a directory.

        Args:
            directory: path, made if it is not there.

        Returns:
            The dict that `load_tokenizer` needs besides the directory.
        """
        file = pathlib.Path(directory, self.vocabulary_file)
        with new_file(file, overwrite=True) as path:
            path.write_bytes(self._data)
        return {
            "tokenizer": self.kind,
            "vocabulary": self.vocabulary_file,
            "lowercase": self.lowercase,
        }


def _truncate(first, second, max_length):
    """Cuts the longer text, token by token, until both fit.

    Popping from the longer list, and from the second at a tie, ends at these
    lengths; no need to pop one by one.
    """
    room = max_length - (3 if second else 2)
    num_truncated = len(first) + len(second) - room
    if num_truncated <= 0:
        return first, second, 0
    second = second[: max(room // 2, room - len(first))]
    return first[: room - len(second)], second, num_truncated


def _check_max_length(max_length, with_pair):
    needed = 3 if with_pair else 2
    if max_length < needed:
        kind = "a pair" if with_pair else "a text"
        raise UserError(
            f"max_length must be at least {needed} for {kind}, "
            f"received {max_length}"
        )


def _check_texts(texts, name):
    if isinstance(texts, str):
        raise UserError(f"{name} must be a list of str, received one str")
    texts = list(texts)
    for index, text in enumerate(texts):
        if not (isinstance(text, str) and text.isascii()):
            _check_text(text, f"{name}[{index}]")
    return texts


def _check_text(text, name):
    if not isinstance(text, str):
        raise UserError(f"{name} must be a str, received {type(text).__name__}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UserError(
            f"{name} must be valid Unicode, received half a surrogate pair at "
            f"character {error.start}"
        ) from error
