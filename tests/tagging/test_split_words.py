import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.tagging.words import split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, world!", ["Hello", ",", "world", "!"]),
        ("a-b 3.5", ["a", "-", "b", "3", ".", "5"]),
        ("彭小军 in 2019年", ["彭", "小", "军", "in", "2019", "年"]),
        ("cafe\u0301 s", ["cafe\u0301", "s"]),
        ("हिन्दी है", ["हिन्दी", "है"]),
        ("ok 👍🏽!", ["ok", "👍", "🏽", "!"]),
        ("snake_case", ["snake", "_", "case"]),
        ("  ", []),
        ("", []),
    ],
)
def test_words(text, words):
    assert [text[begin:end] for begin, end in split_words(text)] == words


@given(st.text(), st.lists(st.integers(0, 20)))
def test_words_cover_all_that_is_not_blank_and_end_at_borders(text, borders):
    words = split_words(text, borders)
    covered = {place for word in words for place in range(*word)}
    assert sum(end - begin for begin, end in words) == len(covered)
    for place, character in enumerate(text):
        if character.isalnum() or character in "!?👍":
            assert place in covered
    for begin, end in words:
        assert not set(range(begin + 1, end)) & set(borders)
