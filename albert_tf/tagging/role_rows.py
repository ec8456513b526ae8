"""Texts with a predicate marked in each sequence."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.rows import Rows
from albert_tf.tagging.role_text import RoleText
from albert_tf.tagging.windows import (
    ANY_LENGTH,
    Windows,
    begins,
    first_tokens,
    part_of,
)
from albert_tf.tokenizers import Encoding


@dataclasses.dataclass(frozen=True)
class RoleRows(Rows):
    """The sequences of texts: to find predicates in, and one a predicate.

    The tokens of a predicate are of segment 1, all others of segment 0. Where
    predicates are known and roles are wanted, there is no sequence to find
    them in.

    Attributes:
        marked: for each of V views the number of its text and the predicate's
            word, or None where no predicate is marked.
        windows: which words of a view are in which sequence.
    """

    marked: Sequence[tuple[int, int | None]] = ()
    windows: Windows | None = None

    @classmethod
    def of(
        cls, examples: Sequence[RoleText], preprocessor: TextPreprocessor
    ) -> RoleRows:
        """Encodes texts; of a long one what is around the predicate."""
        size = preprocessor.max_length - 2
        encodings, views, words, marked = [], [], [], []
        for number, example in enumerate(examples):
            whole = preprocessor.tokenizer.encode(
                example.text, max_length=ANY_LENGTH
            )
            first = first_tokens(example.words, whole)
            for predicate in _asked(example):
                for one, inside in _sequences(whole, first, predicate, size):
                    encodings.append(one)
                    words.append(inside)
                    views.append(len(marked))
                marked.append((number, predicate))
        windows = Windows(encodings, np.array(views), words=words)
        numbers = np.array([marked[view][0] for view in views])
        return cls(windows.encodings, numbers, marked=marked, windows=windows)


def _asked(example: RoleText) -> Iterator[int | None]:
    """What is asked of a text: None for its predicates, or of which roles."""
    if example.predicates is None or example.label is not None:
        yield None
    yield from example.predicates or ()


def _sequences(
    whole: Encoding, first: np.ndarray, predicate: int | None, size: int
) -> Iterator[tuple[Encoding, tuple[np.ndarray, np.ndarray]]]:
    """Sequences of a text, and numbers and first tokens of their words."""
    tokens = len(whole.token_ids) - 2
    if predicate is None:
        places = begins(tokens, size)
    else:
        middle = max(first[predicate], 1) - 1
        places = [max(0, min(middle - size // 2, tokens - size))]
    for begin in places:
        end = min(begin + size, tokens)
        one = part_of(whole, begin, end)
        inside = np.flatnonzero((first > begin) & (first <= end))
        if predicate is not None:
            after = first[first > first[predicate]].min(initial=tokens + 1)
            one = _mark(one, first[predicate] - begin, after - begin)
            # What is read to find predicates is read in all its parts.
            lost = tokens - (end - begin)
            one = dataclasses.replace(one, num_truncated=lost)
        yield one, (inside, first[inside] - begin)


def _mark(one: Encoding, begin: int, end: int) -> Encoding:
    """The same with the tokens from `begin` to before `end` in segment 1."""
    last = len(one.token_ids) - 1  # [SEP]
    places = range(last + 1)
    segments = [int(0 < begin <= k < min(end, last)) for k in places]
    return dataclasses.replace(one, segment_ids=segments)
