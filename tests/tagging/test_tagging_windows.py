import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.tagging.tagged_text import TaggedText
from albert_tf.tagging.windows import Windows, first_tokens
from albert_tf.tagging.words import split_words
from albert_tf.tokenizers import SentencePieceTokenizer


@pytest.fixture(scope="module")
def tokenizer():
    return SentencePieceTokenizer()


def tagged(text):
    return TaggedText(text, split_words(text))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                "one",
                "unbelievably",
                "né",
                "👍",
                "北京大学",
                "U.S.",
                "\u200b",
                "x",
            ]
        )
    ),
    st.sampled_from([5, 8, 16]),
)
def test_numbers_of_words_come_back_from_tokens(tokenizer, words, length):
    texts = [tagged(" ".join(words)), tagged("a short one")]
    rows = Windows.of(texts, TextPreprocessor(tokenizer, length))
    numbers = [np.arange(len(one.words)) for one in texts]
    spread = rows.spread(numbers)
    assert [len(row) for row in spread] == rows.encodings.lengths.tolist()
    assert max(rows.encodings.lengths) <= length
    found = rows.gather([row[:, None] for row in spread], texts)
    for one, number in zip(found, numbers, strict=True):
        is_read = ~np.isnan(one[:, 0])
        np.testing.assert_array_equal(one[is_read, 0], number[is_read])
    assert not np.isnan(found[1]).any()


def test_all_words_of_a_long_text_are_read(tokenizer):
    text = tagged("the cat sat on the mat . " * 60)
    rows = Windows.of([text], TextPreprocessor(tokenizer, 32))
    assert len(rows) > 10
    assert rows.examples.tolist() == [0] * len(rows)
    seen = np.concatenate([words for words, _ in rows.words])
    assert set(seen) == set(range(len(text.words)))
    assert 1.2 < len(seen) / len(text.words) < 1.5  # a quarter twice


def test_a_word_is_read_where_most_is_around_it(tokenizer):
    text = tagged("one two three four five six seven eight nine ten")
    rows = Windows.of([text], TextPreprocessor(tokenizer, 8))
    room = [
        np.minimum(np.arange(n), n - 1 - np.arange(n))[:, None].astype(float)
        for n in rows.encodings.lengths
    ]
    found = rows.gather(room, [text])[0][:, 0]
    for number in range(len(text.words)):
        most = max(
            room[row][tokens[words == number], 0].max(initial=-1)
            for row, (words, tokens) in enumerate(rows.words)
        )
        assert found[number] == most


def test_a_word_within_a_token_has_none_of_its_own():
    class Encoding:
        offsets = [(0, 0), (0, 2), (2, 3), (0, 0)]

    words = [(0, 1), (1, 2), (2, 3)]
    assert first_tokens(words, Encoding()).tolist() == [1, -1, 2]
