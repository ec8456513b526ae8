"""Tokenizers in the graph give the ids that Python's give."""

import gzip
import json
import unicodedata
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.data.graph_preprocessor import GraphPreprocessor
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.tokenizers import (
    SentencePieceTokenizer,
    WordPieceTokenizer,
    graph_wordpiece,
    train_vocabulary,
)
from albert_tf.tokenizers.basic_text import BasicText
from albert_tf.tokenizers.clean_text import clean_text
from albert_tf.tokenizers.graph_characters import GraphCharacters

pytest.importorskip("tensorflow_text")

GOLDENS = Path(__file__).parent / "tokenizer" / "vectors.jsonl.gz"
MAX_LENGTH = 24
KINDS = {
    "sentencepiece": (SentencePieceTokenizer, {}),
    "sentencepiece of transformers": (
        SentencePieceTokenizer,
        {"follows": "transformers", "strip_accents": False},
    ),
    "wordpiece": (WordPieceTokenizer, {}),
    "cased wordpiece of transformers": (
        WordPieceTokenizer,
        {"follows": "transformers", "lowercase": False, "strip_accents": True},
    ),
}
# What is easily got wrong: sigmas and what is about them, marks and their
# order, blanks of all kinds, numbers, quotes, what users type, signs that
# are made of others.
PARTS = (
    *("\u03a3", "\u03c3", "\U0001d6ba", "\u0391", "a", "'", ".", "\u00ad"),
    *("\u02b0", "\u00aa", "\u0345", "\u0130", "\u1e9e", "\ufb01", "\ufb03"),
    *("\u0301", "\u0323", "\u302e", "\U0001d165", "\u0e31", "\u093f"),
    *(" ", "\t", "\u00a0", "\u2028", "\u3000", "\x1c", "\u00a8", "\u200b"),
    *("1,", "9", "\u0669,", "1,000", "``", "''", "`", "-", "(", '"', "\0"),
    *("[MASK]", "[CLS]", "<unk>", "<pad>", "\u2581", "##", "[UNK]", "x" * 99),
    *("\u4e2d", "\uac00", "\u1100", "\u1161", "\U00030000", "\U0001f600"),
    *("\ufffd", "\ufffe", "\x07", "\ue000", "\U0010ffff", "\U0001ccef"),
)
TEXTS = st.lists(st.sampled_from(PARTS), max_size=12).map("".join) | st.text()
STRINGS = st.lists(TEXTS, min_size=1, max_size=60)


class Pair:
    """A tokenizer in Python and in the graph."""

    def __init__(self, kind, changes):
        self.python = TextPreprocessor(kind(**changes), MAX_LENGTH)
        graph = GraphPreprocessor(self.python)
        one = [tf.TensorSpec([None], tf.string)]
        self.ids = tf.function(graph._tokenize, one, autograph=False)
        self.cleaned = tf.function(
            lambda texts: graph._tokenize.clean(
                GraphCharacters.of(texts)
            ).texts(),
            one,
            autograph=False,
        )
        self.texts = tf.function(graph, one, autograph=False)
        self.pairs = tf.function(graph, 2 * one, autograph=False)

    def check(self, texts):
        expected = self.python.tokenizer.to_ids(texts)
        actual = self.ids(strings(texts)).to_list()
        wrong = [
            text
            for text, a, b in zip(texts, expected, actual, strict=True)
            if a != b
        ]
        assert wrong == []
        # Many characters are unknown, whatever they become.
        for text, ours in zip(texts, self.cleaned(strings(texts)), strict=True):
            assert ordered(ours.numpy().decode()) == ordered(self.clean(text))

    def clean(self, text):
        settings = self.python.tokenizer.settings
        if isinstance(self.python.tokenizer, SentencePieceTokenizer):
            return clean_text(text, settings)
        return BasicText(settings)(text)


def ordered(text):
    """With marks in their order, which makes no difference for ids."""
    return unicodedata.normalize("NFD", text)


def strings(texts):
    return tf.constant([text.encode() for text in texts])


@pytest.fixture(scope="module", params=KINDS)
def pair(request):
    return Pair(*KINDS[request.param])


@pytest.fixture(scope="module")
def goldens():
    with gzip.open(GOLDENS, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def test_real_and_hard_texts(pair, goldens):
    assert len(goldens) > 1000
    sigmas = ["a\u03a3", "a", "a \u03a3", "\u03a3", "a\u03a3\u0345", "b\u03a3a"]
    pair.check([*goldens, "x" * 20_000, "1, " * 3000, *PARTS, *sigmas])


@pytest.mark.slow
def test_every_character(pair):
    """Alone, and in the midst of a word."""
    codes = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    characters = [*map(chr, codes)]
    pair.check(
        [
            " ".join([*characters[i : i + 64], "a"])
            + "a".join(characters[i : i + 64])
            for i in range(0, len(characters), 64)
        ]
    )


@settings(max_examples=60, deadline=None)
@given(texts=STRINGS)
def test_drawn_texts(pair, texts):
    pair.check(texts)


@settings(max_examples=40, deadline=None)
@given(texts=STRINGS, others=STRINGS)
def test_sequences(pair, texts, others):
    texts, others = [*zip(*zip(texts, others, strict=False), strict=True)]
    for actual, expected in (
        (pair.texts(strings(texts)), pair.python(texts)),
        (
            pair.pairs(strings(texts), strings(others)),
            pair.python(texts, others),
        ),
    ):
        for name, values in expected.items():
            np.testing.assert_array_equal(actual[name], values)
            assert actual[name].dtype == tf.int32


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(
        st.binary()
        | st.lists(
            st.sampled_from([*b"aA \xe2\x82\xac\xf0\x9f\x98\xed\xa0\xc0\xff"])
        ).map(bytes),
        min_size=1,
    )
)
def test_bytes_that_are_no_text(pair, texts):
    expected = pair.python.tokenizer.to_ids(
        [text.decode(errors="replace") for text in texts]
    )
    assert pair.ids(tf.constant(texts)).to_list() == expected


def test_composing_changes_nothing_where_marks_are_dropped():
    """So that `BasicText.composes` says the truth."""
    for code in range(0x110000):
        parts = unicodedata.normalize("NFD", chr(code))
        if parts != chr(code) and parts.lower() == parts:
            lower = chr(code).lower()
            assert unicodedata.normalize("NFD", lower) == parts


# === What is refused ===


def refused(tokenizer):
    with pytest.raises(UserError) as caught:
        GraphPreprocessor(TextPreprocessor(tokenizer))
    return str(caught.value)


def test_added_tokens_are_refused():
    added = [{"content": "<user>"}]
    for kind in (SentencePieceTokenizer, WordPieceTokenizer):
        assert "'<user>'" in refused(kind(added_tokens=added))


def test_what_composes_is_refused():
    tokenizer = WordPieceTokenizer(follows="transformers", strip_accents=False)
    assert "composes" in refused(tokenizer)


def test_a_hidden_comma_is_refused(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("the cat sat on the mat\n" * 9 + "a dog ran off\n" * 9)
    path = tmp_path / "small.model"
    train_vocabulary([text], path, vocab_size=30)
    assert "no piece for a comma" in refused(SentencePieceTokenizer(path))


def test_other_ids_are_refused(monkeypatch):
    monkeypatch.setattr(
        graph_wordpiece.GraphWordPiece,
        "__call__",
        lambda self, texts: tf.ragged.constant([[7]] * len(texts)),
    )
    assert "gives other tokens" in refused(WordPieceTokenizer())
