import itertools

import numpy as np
import pytest

from albert_tf.tagging.tags import may_follow
from albert_tf.tagging.viterbi import allowed_transitions, viterbi

LABELS = ["O", "B-a", "I-a", "B-b", "I-b"]


def total(path, scores, transitions):
    value, before = 0.0, len(transitions) - 1
    for place, tag in enumerate(path):
        value += scores[place, tag] + transitions[before, tag]
        before = tag
    return value


@pytest.mark.parametrize("words", [1, 2, 4])
def test_is_the_best_of_all_paths(words):
    rng = np.random.default_rng(words)
    for _ in range(20):
        scores = rng.normal(size=(words, 5))
        transitions = rng.normal(size=(6, 5))
        best = max(
            itertools.product(range(5), repeat=words),
            key=lambda path: total(path, scores, transitions),
        )
        assert viterbi(scores, transitions).tolist() == list(best)


def test_of_nothing_is_nothing():
    assert viterbi(np.zeros((0, 5)), np.zeros((6, 5))).tolist() == []


def test_never_gives_what_is_not_allowed():
    transitions = allowed_transitions(LABELS)
    rng = np.random.default_rng(0)
    broken = 0
    for _ in range(100):
        scores = rng.normal(size=(6, 5))
        tags = [LABELS[k] for k in viterbi(scores, transitions)]
        assert all(map(may_follow, [None, *tags], tags))
        best = [LABELS[k] for k in scores.argmax(-1)]
        broken += not all(map(may_follow, [None, *best], best))
    assert broken > 50


def test_a_kind_without_a_beginning_is_free():
    assert not allowed_transitions(["O", "I-PER", "I-LOC"]).any()
