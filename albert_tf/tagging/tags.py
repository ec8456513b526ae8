"""Schemes of tags for entities, all read as one: BIO.

In BIO, `B-X` begins an entity of the kind X, `I-X` goes on with it and `O` is
of none (Ramshaw and Marcus, 1995; "IOB2" in Tjong Kim Sang and Veenstra, 1999).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from albert_tf.errors import UserError

OUTSIDE = "O"
BEGINS = "BSU"  # S and U: an entity of one word
_INSIDE = "IMEL"  # E and L: its last word
ENDS = "ELSU"


@dataclasses.dataclass(frozen=True)
class Span:
    """An entity.

    Attributes:
        kind: what it is.
        first: its first word.
        last: its last word.
    """

    kind: str
    first: int
    last: int


def kind_of(tag: str) -> str | None:
    """What an entity's tag is about: "PER" of "B-PER"; None of "O"."""
    return None if tag == OUTSIDE else tag[2:]


def are_entities(tags: Iterable[str]) -> bool:
    """Whether tags are those of entities, rather than a class a word."""
    tags = {tag for tag in tags if tag != OUTSIDE}
    return bool(tags) and all(map(_is_marked, tags))


def check_tags(tags: Iterable[str]) -> None:
    """Raises `UserError` if some are tags of entities, and others are not."""
    distinct = sorted({tag for tag in tags if tag != OUTSIDE})
    marked = [tag for tag in distinct if _is_marked(tag)]
    others = [tag for tag in distinct if not _is_marked(tag)]
    if marked and others:
        raise UserError(
            f"the tag {others[0]!r} is outside the scheme: others, such as "
            f"{marked[0]!r}, say where an entity begins (B, S, U) or goes on "
            "(I, M, E, L)"
        )


def to_bio(tags: Sequence[str]) -> list[str]:
    """BIO of tags in BIO, IOB1, BIOES, BILOU or BMES.

    An entity begins at B, S and U, and at any other tag whose kind is not that
    of an entity that is still open before it: so IOB1 says it, and so the
    official scorer of CoNLL mends what no scheme allows, such as an I after O.
    """
    bio, open_kind = [], None
    for tag in tags:
        kind = kind_of(tag)
        if kind is None:
            bio.append(OUTSIDE)
        elif tag[0] in BEGINS or kind != open_kind:
            bio.append(f"B-{kind}")
        else:
            bio.append(f"I-{kind}")
        open_kind = None if tag[0] in ENDS else kind
    return bio


def spans_of(bio: Sequence[str]) -> list[Span]:
    """The entities, in their order."""
    spans: list[Span] = []
    for place, tag in enumerate(bio):
        if tag.startswith("B-"):
            spans.append(Span(kind_of(tag), place, place))
        elif tag.startswith("I-"):
            spans[-1] = dataclasses.replace(spans[-1], last=place)
    return spans


def bio_of(spans: Iterable[Span], words: int) -> list[str]:
    """The tags of entities that do not overlap; the inverse of `spans_of`."""
    bio = [OUTSIDE] * words
    for span in spans:
        bio[span.first] = f"B-{span.kind}"
        for place in range(span.first + 1, span.last + 1):
            bio[place] = f"I-{span.kind}"
    return bio


def both_tags(tags: Iterable[str]) -> list[str]:
    """`O`, and both tags of each kind of entity of which there is one."""
    kinds = sorted({kind_of(tag) for tag in tags} - {None})
    return [OUTSIDE, *(f"{way}-{kind}" for kind in kinds for way in "BI")]


def numbers_of(
    tags: Iterable[str], numbers: Mapping[str, int], text: str
) -> list[int]:
    """The numbers of tags.

    Args:
        tags: those of a text.
        numbers: by tag.
        text: for the message.

    Raises:
        UserError: one has none.
    """
    tags = list(tags)
    unknown = next((tag for tag in tags if tag not in numbers), None)
    if unknown is not None:
        raise UserError(
            f"the tag {unknown!r}, of {text!r:.60}, is none of "
            f"{', '.join(numbers)}"
        )
    return [numbers[tag] for tag in tags]


def may_follow(before: str | None, tag: str) -> bool:
    """Whether BIO allows `tag` after `before`, or as the first if None."""
    return not tag.startswith("I-") or before in (tag, f"B-{kind_of(tag)}")


def _is_marked(tag: str) -> bool:
    return len(tag) > 2 and tag[1] in "-_" and tag[0] in BEGINS + _INSIDE
