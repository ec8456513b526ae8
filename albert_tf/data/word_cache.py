"""Much text -> one array of tokens, fast."""

from __future__ import annotations

import collections
import itertools

import numpy as np

from albert_tf.tokenizers import Tokenizer

# Some 100 MB with their tokens. A text is learned as a whole, so that there may
# be so many more.
_MOST_CHARACTERS = 5_000_000


class WordCache:
    """Tokenizes each word once and looks it up ever after.

    Nearly all words of a text were there before, and what stands between two
    blanks has the same tokens in whatever sentence. (But for ties: whether
    "!!!!" becomes "!!!" and "!" or the other way round, SentencePiece decides
    by rounding, which depends on what was before, in one word of 740,000; in
    lines of megabytes also between pieces about as good.) Where a vocabulary
    has pieces of several words, whole texts are tokenized.

    Args:
        tokenizer: makes the token ids.
    """

    def __init__(self, tokenizer: Tokenizer):
        self._tokenizer = tokenizer
        self._forget()

    def __reduce__(self):
        # A copy in another process begins anew.
        return WordCache, (self._tokenizer,)

    def __call__(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """The ids of `tokenizer.to_ids`, laid end to end.

        Args:
            texts: any number.

        Returns:
            The tokens of all texts, int32 [number of all tokens], and how many
            of them each text has, int64 [number of texts].

        Raises:
            UserError: a text cannot be written as UTF-8.
        """
        if not texts:
            return np.zeros(0, np.int32), np.zeros(0, np.int64)
        if self._tokenizer.words_are_apart:
            words = " ".join(texts).split(" ")
            counts = [text.count(" ") + 1 for text in texts]
        else:
            words, counts = texts, [1] * len(texts)
        numbers = self._look_up(words)
        sizes = self._sizes[numbers]
        ends = np.cumsum(sizes)
        begins = np.cumsum(self._sizes) - self._sizes  # of every word known
        shifts = begins[numbers] - (ends - sizes)
        places = np.arange(ends[-1]) + np.repeat(shifts, sizes)
        last = np.cumsum(counts) - 1  # word of each text
        return self._tokens[places], np.diff(ends[last], prepend=0)

    def _forget(self):
        # Every word that is asked for gets the next number.
        self._numbers = collections.defaultdict(itertools.count().__next__)
        self._characters = 0  # of all words
        # Of all words, by number:
        self._tokens = np.zeros(0, np.int32)
        self._sizes = np.zeros(0, np.int64)

    def _look_up(self, words):
        """The number of each word, whose tokens are then known."""
        if self._characters > _MOST_CHARACTERS:
            self._forget()
        known = len(self._numbers)
        try:
            numbers = map(self._numbers.__getitem__, words)
            numbers = np.fromiter(numbers, np.int64, len(words))
            self._learn([*itertools.islice(self._numbers, known, None)])
        except BaseException:
            self._forget()  # there are numbers without tokens
            raise
        return numbers

    def _learn(self, words):
        ids = self._tokenizer.to_ids(words)
        sizes = np.fromiter(map(len, ids), np.int64, len(ids))
        tokens = itertools.chain.from_iterable(ids)
        tokens = np.fromiter(tokens, np.int32, sizes.sum())
        self._tokens = np.concatenate([self._tokens, tokens])
        self._sizes = np.concatenate([self._sizes, sizes])
        self._characters += sum(map(len, words))
