"""Texts longer than the model's longest sequence, in parts that overlap."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.rows import Rows
from albert_tf.tagging.tagged_text import TaggedText
from albert_tf.tokenizers import Encoding

ANY_LENGTH = 10**9  # of a sequence
_OVERLAP = 4  # a quarter of a window is in the next one too


@dataclasses.dataclass(frozen=True)
class Windows(Rows):
    """The sequences of texts, and where their words are in them.

    Attributes:
        words: for each sequence the numbers of the words that begin in it,
            int [w], and their first tokens, int [w].
    """

    words: Sequence[tuple[np.ndarray, np.ndarray]] = ()

    @classmethod
    def of(
        cls, examples: Sequence[TaggedText], preprocessor: TextPreprocessor
    ) -> Windows:
        """Encodes texts, in several windows where one is too short."""
        encodings, numbers, words = [], [], []
        size = preprocessor.max_length - 2
        for number, example in enumerate(examples):
            whole = preprocessor.tokenizer.encode(
                example.text, max_length=ANY_LENGTH
            )
            first = first_tokens(example.words, whole)
            for begin in begins(len(whole.token_ids) - 2, size):
                end = min(begin + size, len(whole.token_ids) - 2)
                encodings.append(part_of(whole, begin, end))
                numbers.append(number)
                inside = np.flatnonzero((first > begin) & (first <= end))
                words.append((inside, first[inside] - begin))
        return cls(encodings, np.array(numbers), words=words)

    def gather(
        self, rows: Sequence[np.ndarray], examples: Sequence[TaggedText]
    ) -> list[np.ndarray]:
        """One row of numbers for each word, of what there is for each token.

        A word that is in two windows is read where more is around it.

        Args:
            rows: for each sequence, float [L, C].
            examples: what `of` had.

        Returns:
            For each example, float [W, C]; NaN for words without a token of
            their own.
        """
        size = rows[0].shape[-1]
        found = [
            np.full((len(one.words), size), np.nan, "float32")
            for one in examples
        ]
        room = [np.full(len(one.words), -1) for one in examples]
        for number, row, (words, tokens) in zip(
            self.examples, rows, self.words, strict=True
        ):
            around = np.minimum(tokens, len(row) - 1 - tokens)
            better = around > room[number][words]
            words, tokens = words[better], tokens[better]
            found[number][words] = row[tokens]
            room[number][words] = around[better]
        return found

    def spread(
        self, numbers: Sequence[Sequence[int] | np.ndarray], dtype="int32"
    ) -> list[np.ndarray]:
        """What `gather` undoes: numbers of words as those of tokens.

        Args:
            numbers: for each example, [W, ...].
            dtype: of the result.

        Returns:
            For each sequence, [L, ...], -1 at tokens that begin no word.
        """
        spread = []
        for example, length, (words, tokens) in zip(
            self.examples, self.encodings.lengths, self.words, strict=True
        ):
            of_words = np.asarray(numbers[example], dtype)
            row = np.full((length, *of_words.shape[1:]), -1, dtype)
            row[tokens] = of_words[words]
            spread.append(row)
        return spread


def first_tokens(
    words: Sequence[tuple[int, int]], encoding: Encoding
) -> np.ndarray:
    """The token that each word begins in, int [W]; -1 for none of its own.

    None of its own has a word whose first character is within the token of an
    earlier word, and one that the tokenizer leaves out.
    """
    offsets = np.array(encoding.offsets[1:-1]).reshape(-1, 2)
    spans = np.array(words, int).reshape(-1, 2)
    first = np.searchsorted(
        np.maximum.accumulate(offsets[:, 1]), spans[:, 0], side="right"
    )
    has = first < len(offsets)
    begins = np.append(offsets[:, 0], 0)[np.where(has, first, -1)]
    has &= begins < spans[:, 1]
    first = np.where(has, first + 1, -1)  # [CLS] is before them
    is_repeated = np.zeros(len(first), bool)
    is_repeated[1:] = first[1:] == np.maximum.accumulate(first)[:-1]
    return np.where(is_repeated, -1, first)


def step_of(size: int) -> int:
    """Tokens between the beginnings of two windows of a size."""
    return size - size // _OVERLAP


def begins(tokens: int, size: int) -> range:
    """Where windows begin, so that the last one ends with the text."""
    if tokens <= size:
        return range(1)
    step = step_of(size)
    count = -(-(tokens - size) // step) + 1
    return range(0, count * step, step)


def part_of(whole: Encoding, begin: int, end: int) -> Encoding:
    """The special tokens with some of those between them."""
    if begin == 0 and end == len(whole.token_ids) - 2:
        return whole

    def part(values):
        return [values[0], *values[1 + begin : 1 + end], values[-1]]

    return Encoding(
        part(whole.token_ids), part(whole.segment_ids), part(whole.offsets), 0
    )
