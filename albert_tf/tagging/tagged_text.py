"""A text, its words and their tags."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True, slots=True)
class TaggedText:
    """What a sentence of a file says, or a text to be tagged.

    Attributes:
        text: the text.
        words: where its W words are, characters (begin, end), end exclusive.
        label: W tags, or None where they are not known; of entities in the
            scheme BIO, see `to_bio`.
        intent: what the whole text wants, or None.
    """

    text: str
    words: tuple[tuple[int, int], ...]
    label: tuple[str, ...] | None = None
    intent: str | None = None

    @property
    def pair(self) -> None:
        """There is no second text."""
        return None

    @classmethod
    def of_words(
        cls,
        words: Sequence[str],
        tags: Sequence[str] | None = None,
        intent: str | None = None,
    ) -> TaggedText:
        """Words with blanks between them."""
        spans, begin = [], 0
        for word in words:
            spans.append((begin, begin + len(word)))
            begin += len(word) + 1
        tags = None if tags is None else tuple(tags)
        return cls(" ".join(words), tuple(spans), tags, intent)
