"""Tokenizers in the graph say which characters tokens have, as Python's do."""

import gzip
import json
from pathlib import Path

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.data import graph_tokenizer
from albert_tf.data.graph_tokenizer import graph_spans
from albert_tf.errors import UserError
from albert_tf.tokenizers import (
    SentencePieceTokenizer,
    WordPieceTokenizer,
    graph_wordpiece_spans,
)

pytest.importorskip("tensorflow_text")

GOLDENS = Path(__file__).parent / "tokenizer" / "vectors.jsonl.gz"
KINDS = {
    "sentencepiece": (SentencePieceTokenizer, {}),
    "sentencepiece of transformers, blanks and marks kept": (
        SentencePieceTokenizer,
        {
            "follows": "transformers",
            "strip_accents": False,
            "collapse_spaces": False,
        },
    ),
    "wordpiece": (WordPieceTokenizer, {}),
    "cased wordpiece of transformers": (
        WordPieceTokenizer,
        {"follows": "transformers", "lowercase": False, "strip_accents": True},
    ),
}
# Characters that grow, shrink, go, or stay together; blanks of all kinds.
PARTS = (
    *("e\u0301", "\u0301", "\u0323", "\u0344", "\u302e", "\u093f", "\u00e9"),
    *("\u0130", "\u03a3", "\ufb01", "\ufb03", "\u2026", "\u00bd", "\u1e9e"),
    *("\uac00", "\u1100", "\u1161", "\u11a8", "\u4e2d", "\u4e2d\u0301", "!"),
    *(" ", "  ", "\t", "\u00a0", "\u2028", "\u3000", "\u00a8", "\u200b"),
    *("\x07", "\0", "\ufffd", "\u00ad", "\u2581", "\U0001f600", "\U00030000"),
    *("1,", "9", "21,054,", "\u0669,", "``", "''", "`", "'", "(", "x" * 201),
    *("a", "the", "Cat", "unbelievably", "[MASK]", "<unk>", "\u0e01\u0e33"),
)
TEXTS = st.lists(st.sampled_from(PARTS), max_size=12).map("".join) | st.text()


class Pair:
    """A tokenizer in Python and in the graph."""

    def __init__(self, kind, changes):
        self.python = kind(**changes)
        self.graph = tf.function(
            graph_spans(self.python),
            [tf.TensorSpec([None], tf.string)],
            autograph=False,
        )

    def check(self, texts):
        tokens = self.graph(tf.constant([text.encode() for text in texts]))
        found = graph_tokenizer._as_lists(tokens)
        for text, (ids, starts, ends) in zip(texts, found, strict=True):
            expected = self.python.encode(text, max_length=10**9)
            assert ids == expected.token_ids[1:-1], text
            spans = [*zip(starts, ends, strict=True)]
            assert spans == expected.offsets[1:-1], text
            # What finds words and answers relies on it.
            assert starts == sorted(starts), text
            assert ends == sorted(ends), text


@pytest.fixture(scope="module", params=KINDS)
def pair(request):
    return Pair(*KINDS[request.param])


def test_real_and_hard_texts(pair):
    with gzip.open(GOLDENS, "rt", encoding="utf-8") as lines:
        goldens = [json.loads(line)["text"] for line in lines]
    assert len(goldens) > 1000
    pair.check([*goldens, *PARTS, "x" * 9000, "", " ", "1, " * 900])


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=60))
def test_drawn_texts(pair, texts):
    pair.check(texts)


def test_bytes_that_are_no_text(pair):
    text = b"a \xff\xffb \xe4\xb8 c"
    tokens = pair.graph(tf.constant([text]))
    expected = pair.python.encode(text.decode(errors="replace"))
    assert [*zip(tokens.starts.numpy(), tokens.ends.numpy(), strict=True)] == (
        expected.offsets[1:-1]
    )


# === What is refused ===


def refused(tokenizer):
    with pytest.raises(UserError) as caught:
        graph_spans(tokenizer)
    return str(caught.value)


SENTENCES = ["the cat sat, on the mat 1,000 times"] * 9 + ["a dog, ran"] * 9


@pytest.fixture
def train(train_odd_tokenizer):
    def run(**options):
        options = {"vocab_size": 300, "hard_vocab_limit": False, **options}
        return train_odd_tokenizer(SENTENCES, **options)

    return run


def test_bytes_are_refused(train):
    tokenizer = train(byte_fallback=True)
    assert "has pieces for bytes" in refused(tokenizer)


def test_marks_behind_words_are_refused(train):
    tokenizer = train(treat_whitespace_as_suffix=True)
    assert "has blanks at ends" in refused(tokenizer)


def test_long_pieces_of_a_user_are_refused(train):
    tokenizer = train(user_defined_symbols=["cat sat"])
    assert "'cat sat' of the vocabulary is cut out" in refused(tokenizer)


def test_characters_without_a_piece_are_refused(tmp_path):
    from albert_tf.tokenizers import sentencepiece_file

    data = SentencePieceTokenizer().data
    pieces = [p.text for p in sentencepiece_file.read_pieces(data)]
    kept = [i for i, piece in enumerate(pieces) if piece != "q"]
    path = tmp_path / "vocabulary.model"
    path.write_bytes(sentencepiece_file.keep_pieces(data, kept))
    assert "no piece by itself" in refused(SentencePieceTokenizer(path))


def test_other_characters_are_refused(monkeypatch):
    monkeypatch.setattr(
        graph_wordpiece_spans.GraphWordPieceSpans,
        "_ends",
        lambda self, given, characters: characters.sources + 1,
    )
    assert "gives other tokens" in refused(WordPieceTokenizer())
