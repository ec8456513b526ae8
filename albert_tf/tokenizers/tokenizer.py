"""What every tokenizer does alike: special tokens, truncation, decoding."""

import abc
import dataclasses
import hashlib
import itertools
import pathlib

from albert_tf.errors import UserError
from albert_tf.files import new_file
from albert_tf.tokenizers.added_tokens import AddedTokens
from albert_tf.tokenizers.encoding import Encoding
from albert_tf.tokenizers.text_checks import check_text, check_texts
from albert_tf.tokenizers.tokenizer_settings import PUBLISHED, TokenizerSettings
from albert_tf.tokenizers.truncation import check_max_length, truncate


class Tokenizer(abc.ABC):
    """Turns text into token ids and back.

    A subclass says how one text is cut into pieces; added tokens, sequences,
    truncation and checks of the input are here. Nothing changes after
    construction, so a copy is the same object; a pickle carries the vocabulary
    with it.

    Attributes:
        settings: the `TokenizerSettings`, with nothing left to what is usual.
        pieces: all V pieces in the order of their ids, added tokens too; an
            empty one where an added token left a gap.
        vocab_size: V, which all ids are below.
        pad_id: id of the padding token.
        unk_id: id that stands for pieces outside the vocabulary.
        cls_id: id of `[CLS]`, the first token of every sequence.
        sep_id: id of `[SEP]`, which ends each segment.
        mask_id: id of `[MASK]`.
        words_are_apart: whether a text has the tokens of its words, told by
            the blanks between them, one after the other; else there are pieces
            of several words.
        marks_word_starts: whether pieces that begin words are marked, as
            SentencePiece does; else those that do not.
    """

    kind: str  # the name in a saved configuration
    vocabulary_file: str  # the file name in a saved directory
    special_pieces: tuple[str, ...]  # padding, unknown, CLS, SEP, MASK
    unused_settings: tuple[str, ...]  # those that this kind knows nothing of
    words_are_apart = True
    marks_word_starts = False

    def __init__(self, vocabulary, settings=None, **changes):
        """Reads a vocabulary file.

        Args:
            vocabulary: path of the vocabulary file.
            settings: a `TokenizerSettings`; None for those of the published
                models.
            **changes: of the settings, such as `lowercase=False`.

        Raises:
            UserError: the file is missing, damaged, or lacks special tokens,
                or a setting makes no sense.
        """
        settings = settings or PUBLISHED
        if changes:
            values = {**settings.to_dict(), **changes}
            settings = TokenizerSettings.from_dict(values)
        try:
            data = pathlib.Path(vocabulary).read_bytes()
        except OSError as error:
            raise UserError(
                f"vocabulary {vocabulary}: {error.strerror}"
            ) from error
        self._set_up(data, settings, vocabulary)

    def _set_up(self, data, settings, source):
        if not data:
            raise UserError(f"vocabulary {source}: the file is empty")
        for name in self.unused_settings:
            value = getattr(settings, name)
            if value != getattr(PUBLISHED, name):
                raise UserError(
                    f"vocabulary {source}: {name}={value!r} has no effect on "
                    f"a {self.kind} vocabulary"
                )
        self._data = data
        self.settings = dataclasses.replace(
            settings,
            strip_accents=self._strips_accents(settings),
            special_tokens=settings.special_tokens or self.special_pieces,
        )
        self.pieces = self._load(source)
        self._num_pieces = len(self.pieces)  # without the added tokens
        ids = {piece: index for index, piece in enumerate(self.pieces)}
        self._add_tokens(ids, source)
        self.vocab_size = len(self.pieces)
        names = self.settings.special_tokens
        missing = [name for name in names if name not in ids]
        if missing:
            raise UserError(
                f"vocabulary {source}: lacks {' '.join(missing)}; "
                "`albert-tf vocabulary` makes a right one"
            )
        self.pad_id, self.unk_id, self.cls_id, self.sep_id, self.mask_id = (
            ids[name] for name in names
        )
        self._hidden = {self.pad_id, self.cls_id, self.sep_id, self.mask_id}

    def _strips_accents(self, settings):
        """The setting, or what is usual for this kind."""
        if settings.strip_accents is None:
            return True
        return settings.strip_accents

    def _rename_unknown(self, piece):
        """For models that know their piece for what is unknown themselves."""
        names = [*self.settings.special_tokens]
        names[1] = piece
        self.settings = dataclasses.replace(
            self.settings, special_tokens=tuple(names)
        )

    def _add_tokens(self, ids, source):
        """Gives added tokens their ids and pieces."""
        tokens, by_id = [], {}
        for token in self.settings.added_tokens:
            own = ids.get(token.content)
            if token.id is None:
                # As transformers counts: repeats and gaps are no tokens.
                number = len(ids) if own is None else own
                token = dataclasses.replace(token, id=number)
            if token.id == own and self._is_own(token):
                continue
            first = by_id.setdefault(token.id, token)
            if first.content != token.content:
                raise UserError(
                    f"vocabulary {source}: the added tokens {first.content!r} "
                    f"and {token.content!r} have the same id, {token.id}"
                )
            gap = token.id + 1 - len(self.pieces)
            self.pieces += [""] * max(0, gap)
            self.pieces[token.id] = token.content
            ids[token.content] = token.id
            tokens.append(token)
        self.settings = dataclasses.replace(
            self.settings, added_tokens=tuple(tokens)
        )
        # Written special tokens stay text: they are for the model's own use.
        written = [token for token in tokens if not self._is_own(token)]
        self._added = None
        if written:
            self._added = AddedTokens(written, self.settings.lowercase)
            self.words_are_apart = self.words_are_apart and not any(
                any(map(str.isspace, token.content)) for token in written
            )

    def _is_own(self, token):
        return token.content in self.settings.special_tokens

    @property
    def data(self) -> bytes:
        """The vocabulary file."""
        return self._data

    @property
    def has_written_tokens(self) -> bool:
        """Whether texts are searched for added tokens."""
        return self._added is not None

    @property
    def digest(self) -> str:
        """SHA-256 of the vocabulary file, in hexadecimal digits."""
        return hashlib.sha256(self._data).hexdigest()

    @property
    def configuration(self) -> dict:
        """What `restore_tokenizer` needs besides the vocabulary file."""
        return {
            "tokenizer": self.kind,
            "vocabulary": self.vocabulary_file,
            **self.settings.to_dict(),
        }

    def differences(self, other: "Tokenizer") -> list[str]:
        """How another tokenizer differs; empty if it does the same.

        Returns:
            Phrases such as "another vocabulary" or "lowercase=False instead of
            True", `other`'s first.
        """
        found = []
        if (self.kind, self._data) != (other.kind, other._data):
            found.append("another vocabulary")
        mine, theirs = self.configuration, other.configuration
        return found + [
            f"{name}={theirs[name]!r} instead of {mine[name]!r}"
            for name in self.settings.to_dict()
            if mine[name] != theirs[name]
        ]

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __getstate__(self):
        return {"data": self._data, "settings": self.settings}

    def __setstate__(self, state):
        self._set_up(state["data"], state["settings"], "in the pickle")

    @abc.abstractmethod
    def _load(self, source):
        """Builds what the subclass needs of `self._data` and the settings.

        Returns:
            All pieces in the order of their ids.
        """

    @abc.abstractmethod
    def _split(self, text):
        """Cuts one text: its pieces, their ids, their character spans."""

    @abc.abstractmethod
    def _split_batch(self, texts):
        """Cuts many texts: the list of ids of each."""

    @abc.abstractmethod
    def _join(self, token_ids):
        """Turns ids without special and added tokens into text."""

    def _cut(self, text):
        """As `_split`, with added tokens."""
        if self._added is None:
            return self._split(text)
        return self._added.split(text, self._split)

    def _cut_batch(self, texts):
        """As `_split_batch`, with added tokens."""
        if self._added is None:
            return self._split_batch(texts)
        return self._added.split_batch(texts, self._split_batch)

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
        check_text(text, "text")
        return self._cut(text)[0]

    def to_ids(self, texts):
        """Cuts many texts into ids, fast and without special tokens.

        Args:
            texts: list of str.

        Returns:
            List of lists of integers, one a text.

        Raises:
            UserError: as in `tokenize`.
        """
        return self._cut_batch(check_texts(texts, "texts"))

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
        check_text(text, "text")
        if pair is not None:
            check_text(pair, "pair")
        check_max_length(max_length, pair is not None)
        _, first, first_offsets = self._cut(text)
        _, second, second_offsets = self._cut(pair or "")
        first, second, num_truncated = truncate(first, second, max_length)
        special = (0, 0)
        offsets = [special, *first_offsets[: len(first)], special]
        if second:
            offsets += [*second_offsets[: len(second)], special]
        return self.assemble(first, second, offsets, num_truncated)

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
        texts = check_texts(texts, "texts")
        check_max_length(max_length, pairs is not None)
        firsts = self._cut_batch(texts)
        if pairs is None:
            seconds = [[]] * len(texts)
        else:
            pairs = check_texts(pairs, "pairs")
            if len(pairs) != len(texts):
                raise UserError(
                    "texts and pairs must be equally many, received "
                    f"{len(texts)} and {len(pairs)}"
                )
            seconds = self._cut_batch(pairs)
        encodings = []
        for first, second in zip(firsts, seconds, strict=True):
            first, second, num_truncated = truncate(first, second, max_length)
            encodings.append(self.assemble(first, second, None, num_truncated))
        return encodings

    def assemble(self, first, second=(), offsets=None, num_truncated=0):
        """Puts the special tokens around ids.

        Args:
            first: integers.
            second: integers; none for a single text.
            offsets: see `Encoding`.
            num_truncated: how many ids were left out already.

        Returns:
            An `Encoding`.
        """
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
        added = {token.id for token in self.settings.added_tokens}
        kept = [i for i in token_ids if i not in self._hidden]
        parts = []
        for is_added, run in itertools.groupby(kept, added.__contains__):
            if is_added:
                parts += [self.pieces[i] for i in run]
            else:
                parts.append(self._join([i for i in run if self.pieces[i]]))
        return " ".join(parts)

    def save(self, directory):
        """Writes the vocabulary file into a directory.

        Args:
            directory: path, made if it is not there.

        Returns:
            `configuration`, which `restore_tokenizer` needs besides the
            directory.
        """
        file = pathlib.Path(directory, self.vocabulary_file)
        with new_file(file, overwrite=True) as path:
            path.write_bytes(self._data)
        return self.configuration
