"""A text, its words, its predicates and what takes part in them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from albert_tf.tagging.tagged_text import TaggedText

PREDICATE = "V"  # the role of the predicate itself


@dataclasses.dataclass(frozen=True, slots=True)
class RoleText:
    """A sentence of a file, or a text whose roles are to be found.

    Attributes:
        text: the text.
        words: where its W words are, characters (begin, end), end exclusive.
        predicates: the numbers of the words that are predicates, ascending;
            None where they are to be found.
        label: for each predicate the tags of the W words in BIO, as PropBank
            has them: `B-ARG0`, `I-ARG0`, `B-V`, `O`; None where not known.
    """

    text: str
    words: tuple[tuple[int, int], ...]
    predicates: tuple[int, ...] | None = None
    label: tuple[tuple[str, ...], ...] | None = None

    @property
    def pair(self) -> None:
        """There is no second text."""
        return None

    @classmethod
    def of_words(
        cls,
        words: Sequence[str],
        roles: dict[int, tuple[str, ...]] | None = None,
    ) -> RoleText:
        """Words with blanks between them.

        Args:
            words: W of them.
            roles: the tags for each predicate, by the number of its word.
        """
        spaced = TaggedText.of_words(words)
        text = cls(spaced.text, spaced.words)
        return text if roles is None else text.with_roles(roles)

    def with_roles(self, roles: dict[int, tuple[str, ...]]) -> RoleText:
        """The same with its predicates; see `of_words`."""
        predicates = tuple(sorted(roles))
        label = tuple(roles[predicate] for predicate in predicates)
        return RoleText(self.text, self.words, predicates, label)

    def word(self, number: int) -> str:
        """The characters of a word."""
        begin, end = self.words[number]
        return self.text[begin:end]

    def part(self, first: int, end: int) -> TaggedText:
        """The words from `first` to before `end`, without tags."""
        return TaggedText(self.text, self.words[first:end])
