import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.errors import UserError
from albert_tf.tagging.tags import (
    Span,
    are_entities,
    bio_of,
    check_tags,
    may_follow,
    spans_of,
    to_bio,
)


@st.composite
def entities(draw):
    """Entities that do not overlap, and how many words there are."""
    spans, place = [], 0
    for _ in range(draw(st.integers(0, 5))):
        first = place + draw(st.integers(0, 2))
        last = first + draw(st.integers(0, 2))
        spans.append(Span(draw(st.sampled_from(["PER", "LOC"])), first, last))
        place = last + 1
    return spans, place + draw(st.integers(0, 2))


def bioes(spans, words, begin="B", inside="I", last="E", single="S"):
    tags = ["O"] * words
    for span in spans:
        for place in range(span.first, span.last + 1):
            tags[place] = f"{inside}-{span.kind}"
        tags[span.first] = f"{begin}-{span.kind}"
        tags[span.last] = f"{last}-{span.kind}"
        if span.first == span.last:
            tags[span.first] = f"{single}-{span.kind}"
    return tags


def iob1(spans, words):
    tags = [tag.replace("B-", "I-") for tag in bio_of(spans, words)]
    for before, span in zip(spans, spans[1:], strict=False):
        if before.last + 1 == span.first and before.kind == span.kind:
            tags[span.first] = f"B-{span.kind}"
    return tags


@given(entities())
def test_all_schemes_say_the_same(case):
    spans, words = case
    bio = bio_of(spans, words)
    assert spans_of(bio) == spans
    for tags in (
        bio,
        iob1(spans, words),
        bioes(spans, words),
        bioes(spans, words, last="L", single="U"),
        bioes(spans, words, inside="M"),
    ):
        assert to_bio(tags) == bio


@given(st.lists(st.sampled_from(["O", "B-a", "I-a", "B-b", "I-b", "E-a"])))
def test_whatever_comes_becomes_bio_that_is_allowed(tags):
    bio = to_bio(tags)
    assert to_bio(bio) == bio
    assert all(map(may_follow, [None, *bio], bio))
    assert [tag == "O" for tag in bio] == [tag == "O" for tag in tags]


def test_an_i_of_another_kind_begins_an_entity():
    assert to_bio(["B-a", "I-b", "O", "I-b"]) == ["B-a", "B-b", "O", "B-b"]


def test_classes_of_words_are_no_entities():
    assert are_entities(["O", "B-PER"])
    assert not are_entities(["O"])
    assert not are_entities(["NOUN", "VERB"])
    check_tags(["NOUN", "O"])
    with pytest.raises(UserError, match="'NOUN' is outside the scheme"):
        check_tags(["B-PER", "NOUN"])
