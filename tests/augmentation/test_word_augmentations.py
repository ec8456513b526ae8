"""Variants of texts, word by word."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.augmentation import Typos, WordDeletion, WordSwap
from albert_tf.augmentation.word_augmentation import words_of
from albert_tf.errors import UserError

KINDS = (WordDeletion, WordSwap, Typos)
TEXT = "The film isn't bad, but much too long: 140 minutes!"


def spelled(text):
    return [text[begin:end] for begin, end in words_of(text)]


def variants(kind, text, rate=0.3, number=200):
    rng = np.random.default_rng(0)
    return kind(rate)([text] * number, rng)


@given(st.text(), st.floats(0.01, 1), st.integers(0, 2**32))
def test_any_text_has_a_variant_of_its_own_characters(text, rate, seed):
    for kind in KINDS:
        (made,) = kind(rate)([text], np.random.default_rng(seed))
        (again,) = kind(rate)([text], np.random.default_rng(seed))
        assert made == again
        if kind is WordSwap:
            assert sorted(made) == sorted(text)
        elif kind is WordDeletion:
            assert not Counter(made) - Counter(text)
            assert bool(words_of(made)) == bool(words_of(text))
        else:
            assert abs(len(made) - len(text)) <= len(words_of(text))


def test_deleted_words_take_one_blank_along():
    for made in variants(WordDeletion, TEXT):
        assert "  " not in made
        assert made == made.strip()
        assert len(spelled(made)) == len(spelled(TEXT)) - 3
        assert made.endswith("!")
    firsts = {made.split()[0] for made in variants(WordDeletion, TEXT)}
    assert firsts > {"The", "film"}  # the first word is no exception


def test_words_with_an_apostrophe_are_one():
    assert spelled(TEXT)[2] == "isn't"
    assert spelled("'a' ’b’ c''d rock'n'roll '") == [
        *("a", "b", "c", "d"),
        "rock'n'roll",
    ]


def test_one_word_is_always_left():
    made = variants(WordDeletion, "good bad", rate=1.0)
    assert set(made) == {"good", "bad"}
    assert variants(WordDeletion, "good", rate=1.0, number=1) == ["good"]


def test_swapped_words_are_the_same_words():
    for made in variants(WordSwap, TEXT):
        assert sorted(spelled(made)) == sorted(spelled(TEXT))
    moved = sum(made != TEXT for made in variants(WordSwap, TEXT))
    assert moved > 150


def test_typos_keep_the_ends_of_words():
    counts = Counter()
    for made in variants(Typos, TEXT, rate=0.2):
        (slip,) = {*spelled(made)} - {*spelled(TEXT)} or {None}
        if slip is None:  # two equal letters changed places
            continue
        (word,) = {*spelled(TEXT)} - {*spelled(made)}
        assert (slip[0], slip[-1]) == (word[0], word[-1])
        counts[len(slip) - len(word)] += 1
    assert {*counts} == {-1, 0, 1}
    assert min(counts.values()) > 30  # three kinds alike


def test_the_share_is_kept():
    text = " ".join(f"word{k}" for k in range(50))
    for rate, number in ((0.1, 5), (0.5, 25), (0.001, 1)):
        (made,) = WordDeletion(rate)([text], np.random.default_rng(0))
        assert len(spelled(made)) == 50 - number


def test_characters_are_words_where_no_blanks_are():
    for made in variants(WordDeletion, "酒店很好", rate=0.25):
        assert len(made) == 3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rate", [0, -0.1, 1.1, float("nan")])
def test_rates(kind, rate):
    with pytest.raises(UserError, match=r"rate=.* must be above 0, and 1"):
        kind(rate)
