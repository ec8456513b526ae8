import itertools
import pathlib
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data.word_cache import WordCache
from albert_tf.errors import UserError
from albert_tf.tokenizers import SentencePieceTokenizer, WordPieceTokenizer

BOOKS = pathlib.Path(__file__).parent / "books_excerpt.txt"


def check(cache, tokenizer, texts):
    """The same ids for each text; hypothesis finds ties, hence sorted."""
    tokens, sizes = cache(texts)
    assert tokens.dtype == np.int32
    stream = iter(tokens.tolist())
    found = [[*itertools.islice(stream, size)] for size in sizes]
    assert not [*stream]
    ids = tokenizer.to_ids(texts)
    assert [*map(sorted, found)] == [*map(sorted, ids)]
    return found == ids


@pytest.fixture(
    scope="module", params=[SentencePieceTokenizer, WordPieceTokenizer]
)
def tokenizer(request):
    return request.param()


@pytest.fixture(scope="module")
def cache(tokenizer):
    return WordCache(tokenizer)


def test_prose(cache, tokenizer):
    assert tokenizer.words_are_apart
    texts = BOOKS.read_text(encoding="utf-8").split("\n")
    assert check(cache, tokenizer, texts)
    assert check(cache, tokenizer, texts[::-1])


@given(st.lists(st.text("ab9,. \t\u00a0\u00a8\u0308\u2581\u00bd\u4e2d")))
def test_odd_texts(cache, tokenizer, texts):
    check(cache, tokenizer, texts)


@given(st.lists(st.text()))
def test_any_texts(cache, tokenizer, texts):
    check(cache, tokenizer, texts)


class Recorder:
    """A tokenizer of one token a word, which remembers what it was asked."""

    words_are_apart = True

    def __init__(self):
        self.asked = []

    def to_ids(self, texts):
        if "stop" in texts:
            raise KeyboardInterrupt
        self.asked += texts
        return [[int(text)] for text in texts]


def test_each_word_is_tokenized_once():
    recorder = Recorder()
    cache = WordCache(recorder)
    assert cache(["1 2", "1"])[0].tolist() == [1, 2, 1]
    assert cache(["2 3 1"])[0].tolist() == [2, 3, 1]
    assert recorder.asked == ["1", "2", "3"]


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr("albert_tf.data.word_cache._MOST_CHARACTERS", 5)
    recorder = Recorder()
    cache = WordCache(recorder)
    for text in ("1234 12", "12", "12"):
        assert cache([text])[0].tolist() == [*map(int, text.split())]
    assert recorder.asked == ["1234", "12", "12"]


def test_copies_begin_anew():
    cache = WordCache(Recorder())
    cache(["1 2"])
    copy = pickle.loads(pickle.dumps(cache))
    assert copy._tokenizer.asked == ["1", "2"]
    assert copy(["2"])[0].tolist() == [2]
    assert copy._tokenizer.asked == ["1", "2", "2"]


def test_after_an_interruption():
    cache = WordCache(Recorder())
    with pytest.raises(KeyboardInterrupt):
        cache(["1 stop 2"])
    assert cache(["3 2 1"])[0].tolist() == [3, 2, 1]


def test_half_a_surrogate_pair(cache):
    with pytest.raises(UserError, match="surrogate"):
        cache(["new words", "before \ud800"])


def test_pieces_of_several_words(train_odd_tokenizer):
    tokenizer = train_odd_tokenizer(
        ["in the house of the dog of the house"] * 50,
        vocab_size=40,
        hard_vocab_limit=False,
        split_by_whitespace=False,
    )
    assert not tokenizer.words_are_apart
    texts = ["the dog of the house", "in the house", ""]
    (first, *_) = tokenizer.to_ids(texts)
    assert first != sum(tokenizer.to_ids(texts[0].split()), [])
    assert check(WordCache(tokenizer), tokenizer, texts)
