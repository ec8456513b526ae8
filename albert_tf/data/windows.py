"""Contexts of any length -> sequences that overlap."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence

import numpy as np

from albert_tf.data.encodings import Encodings
from albert_tf.data.example import Example
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.rows import Rows
from albert_tf.errors import UserError, require, require_at_least
from albert_tf.tokenizers import Encoding, Tokenizer

# What a token scores that can be no part of an answer; finite, so that files
# can hold it, and as in the official code.
NO_ANSWER_TOKEN = -1e30

_SPECIAL = 3  # [CLS] question [SEP] context [SEP]
_ANY = 2**31  # tokens, where nothing is to be truncated


@dataclasses.dataclass(frozen=True)
class WindowRows(Rows):
    """Windows over the contexts of questions, `[CLS] q [SEP] window [SEP]`.

    Attributes:
        firsts: int [R], the token of the context that each begins with.
        places: int [R], where in the sequence that token is.
        offsets: for each example the characters of each token of its context,
            int32 [T, 2].
    """

    firsts: np.ndarray = None
    places: np.ndarray = None
    offsets: Sequence[np.ndarray] = ()

    def tokens_of(self, row: int) -> slice:
        """The tokens of a sequence that are the context's."""
        return slice(
            int(self.places[row]), int(self.encodings.lengths[row]) - 1
        )

    def offsets_of(self, row: int) -> np.ndarray:
        """The characters of these tokens, int32 [n, 2]."""
        first, tokens = int(self.firsts[row]), self.tokens_of(row)
        offsets = self.offsets[self.examples[row]]
        return offsets[first : first + tokens.stop - tokens.start]

    def positions(self, row: int, first: int, last: int) -> tuple[int, int]:
        """Where in a sequence two tokens of the context are.

        Returns:
            Their places; 0 and 0, that of `[CLS]`, unless both are in it.
        """
        tokens = self.tokens_of(row)
        shift = tokens.start - int(self.firsts[row])
        if first + shift < tokens.start or last + shift >= tokens.stop:
            return 0, 0
        return first + shift, last + shift


def check_answer_settings(
    null_threshold: float | None, stride: int, max_answer_length: int
) -> None:
    """Raises `UserError` if a setting of question answering makes no sense."""
    require_at_least(1, stride=stride, max_answer_length=max_answer_length)
    is_number = isinstance(null_threshold, int | float)
    require(
        null_threshold is None or (is_number and math.isfinite(null_threshold)),
        "must be a number, or None for always an answer",
        null_threshold=null_threshold,
    )


def room_for_windows(preprocessor: TextPreprocessor) -> int:
    """Tokens of a question and its context in the longest sequence.

    Raises:
        UserError: there is no room for both.
    """
    room = preprocessor.max_length - _SPECIAL
    require(
        room >= 2,
        f"must be at least {_SPECIAL + 2} for a question with its context",
        max_length=preprocessor.max_length,
    )
    return room


def window_rows(
    examples: Sequence[Example], preprocessor: TextPreprocessor, stride: int
) -> WindowRows:
    """Cuts the contexts of questions into windows.

    A question that would take more than half of a sequence loses what is
    longer, unless the context leaves it the room. The windows of a context
    begin `stride` tokens after one another, or half a window where that is
    less, so that nothing is passed over.

    Args:
        examples: the questions, whose pairs are the contexts.
        preprocessor: has the tokenizer and the longest sequence.
        stride: tokens between the beginnings of two windows.

    Raises:
        UserError: a context has no token, or the longest sequence no room.
    """
    room = room_for_windows(preprocessor)
    contexts = _Contexts(preprocessor.tokenizer)
    offsets: list[np.ndarray] = []
    numbers, firsts, places = [], [], []

    def sequences() -> Iterator[Encoding]:
        for number, example in enumerate(examples):
            ids, spans = contexts[example.pair]
            offsets.append(spans)
            question = contexts.tokenizer.to_ids([example.text])[0]
            kept = question[: max(room // 2, room - len(ids))]
            for first in _beginnings(len(ids), room - len(kept), stride):
                window = ids[first : first + room - len(kept)]
                numbers.append(number)
                firsts.append(first)
                places.append(len(kept) + 2)
                lost = len(question) - len(kept)
                yield contexts.tokenizer.assemble(kept, window, None, lost)
            preprocessor.progress(1)

    encodings = Encodings(sequences())
    return WindowRows(
        encodings,
        np.array(numbers, int),
        firsts=np.array(firsts, int),
        places=np.array(places, int),
        offsets=offsets,
    )


def token_span(
    offsets: np.ndarray, start: int, end: int
) -> tuple[int, int] | None:
    """The first and the last token that have some of these characters.

    Args:
        offsets: the characters of each token, int [T, 2].
        start: the first character.
        end: the one after the last.

    Returns:
        Two numbers of tokens; None where no token has any of them.
    """
    touched = np.flatnonzero((offsets[:, 0] < end) & (offsets[:, 1] > start))
    return (int(touched[0]), int(touched[-1])) if len(touched) else None


class _Contexts:
    """Tokens of contexts and their characters; many questions share one."""

    def __init__(self, tokenizer: Tokenizer):
        self.tokenizer = tokenizer
        self._known: dict[str, tuple[list[int], np.ndarray]] = {}

    def __getitem__(self, text: str):
        if text not in self._known:
            encoding = self.tokenizer.encode(text, max_length=_ANY)
            ids = encoding.token_ids[1:-1]
            if not ids:
                raise UserError(f"the context {text!r:.60} has no token")
            offsets = np.array(encoding.offsets[1:-1], "int32")
            self._known[text] = ids, offsets
        return self._known[text]


def _beginnings(tokens: int, window: int, stride: int) -> Iterator[int]:
    step = min(stride, (window + 1) // 2)
    first = 0
    yield first
    while first + window < tokens:
        first += step
        yield first
