"""Words and the best tags in the graph, as in Python."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.tagging.graph_viterbi import graph_viterbi
from albert_tf.tagging.graph_words import GraphWordSplitter
from albert_tf.tagging.viterbi import allowed_transitions, viterbi
from albert_tf.tagging.words import split_words
from albert_tf.tokenizers.graph_characters import GraphCharacters

PARTS = (
    *("a", "Be", "9", "\u0301", "\u093f", "\u20e3", "\ufe0f", "\u0e01\u0e33"),
    *(" ", "\t", "\u00a0", "\u200b", "\u00ad", "\0", ".", "'", "_", "\u2581"),
    *("\u4e2d", "\u3042", "\uac00", "\U0001f600", "\u00bd", "\ufffd"),
)
TEXTS = st.lists(st.sampled_from(PARTS), max_size=9).map("".join) | st.text()


@pytest.fixture(scope="module")
def split():
    splitter = GraphWordSplitter()

    @tf.function(
        input_signature=[tf.TensorSpec([None], tf.string)], autograph=False
    )
    def run(texts):
        characters = GraphCharacters.of(texts)
        words = splitter(characters)
        return (*words, characters.parts(*words))

    return run


@settings(max_examples=200)
@given(texts=st.lists(TEXTS, min_size=1, max_size=20))
def test_words(split, texts):
    found = [[] for _ in texts]
    outputs = split(tf.constant([text.encode() for text in texts]))
    for row, start, end, part in zip(
        *(x.numpy() for x in outputs), strict=True
    ):
        found[row].append((start, end))
        assert part.decode() == texts[row][start:end]
    assert found == [[*split_words(text)] for text in texts]


def test_the_best_tags():
    """Also where scores are equal, and for texts of no words and of one."""
    rng = np.random.default_rng(0)
    labels = ["O", "B-a", "I-a", "B-b", "I-b"]
    lengths = np.array([9, 0, 1, 4, 7])
    scores = rng.normal(size=(5, 9, 5)).astype("float32").round()
    for transitions in (
        allowed_transitions(labels),
        rng.normal(size=(6, 5)).astype("float32").round(),
    ):
        paths = graph_viterbi(
            tf.constant(scores), tf.constant(lengths, tf.int32), transitions
        ).numpy()
        for path, row, length in zip(paths, scores, lengths, strict=True):
            expected = viterbi(row[:length], transitions)
            np.testing.assert_array_equal(path[:length], expected)


def test_no_words_at_all():
    none = tf.zeros((2, 0, 3)), tf.zeros(2, tf.int32), tf.zeros((4, 3))
    assert graph_viterbi(*none).shape == (2, 2)
