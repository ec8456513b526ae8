"""The search for the best sequence, against all of them."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.tasks.beam_search import beam_search, length_divisor

BEGIN, END, TOKENS = 0, 1, 4


def random_model(seed):
    """Log-probabilities that depend on the source and all that was written."""

    def step(beginnings, owners):
        rows = []
        for beginning, owner in zip(beginnings, owners, strict=True):
            rng = np.random.default_rng([seed, owner, *beginning])
            logits = rng.normal(size=TOKENS) * 2
            logits[BEGIN] = -np.inf
            rows.append(logits - np.logaddexp.reduce(logits))
        return np.array(rows)

    return step


def log_probability(step, owner, ids):
    total = 0.0
    for k, token in enumerate(ids):
        beginning = np.array([[BEGIN, *ids[:k]]], "int32")
        total += step(beginning, np.array([owner]))[0, token]
    return total


def best_of_all(step, owner, limit, penalty):
    """Of all sequences that end, the one with the highest score."""
    whole = [
        (*ids, END)
        for length in range(limit)
        for ids in itertools.product(range(2, TOKENS), repeat=length)
    ]
    scores = {
        ids: log_probability(step, owner, ids)
        / length_divisor(len(ids), penalty)
        for ids in whole
    }
    return max(scores.items(), key=lambda item: item[1])


def greedy(step, owner, limit):
    ids = []
    while len(ids) < limit - 1:
        beginning = np.array([[BEGIN, *ids]], "int32")
        ids.append(int(step(beginning, np.array([owner]))[0].argmax()))
        if ids[-1] == END:
            return tuple(ids)
    return (*ids, END)


@given(
    st.integers(0, 10_000),
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.sampled_from([0.0, 0.6, 1.0, 2.0]),
)
def test_with_a_beam_for_each_sequence_it_is_exhaustive(seed, limits, penalty):
    step = random_model(seed)
    found = beam_search(step, BEGIN, END, limits, TOKENS**4, penalty)
    for owner, (limit, one) in enumerate(zip(limits, found, strict=True)):
        ids, score = best_of_all(step, owner, limit, penalty)
        assert one.ids == ids
        assert one.score == pytest.approx(score)


@given(st.integers(0, 10_000), st.lists(st.integers(1, 6), min_size=1))
def test_one_beam_is_greedy(seed, limits):
    step = random_model(seed)
    found = beam_search(step, BEGIN, END, limits, 1, 0.6)
    for owner, (limit, one) in enumerate(zip(limits, found, strict=True)):
        assert one.ids == greedy(step, owner, limit)


@given(st.integers(0, 10_000), st.integers(1, 5), st.sampled_from([0.0, 1.0]))
def test_sources_do_not_disturb_one_another(seed, beams, penalty):
    step = random_model(seed)
    limits = [3, 6, 2]
    together = beam_search(step, BEGIN, END, limits, beams, penalty)
    for owner, limit in enumerate(limits):

        def alone(beginnings, owners, owner=owner):
            return step(beginnings, owners + owner)

        assert beam_search(alone, BEGIN, END, [limit], beams, penalty) == [
            together[owner]
        ]


@given(st.integers(0, 10_000), st.integers(1, 8))
def test_scores_are_those_of_the_sequences(seed, beams):
    step = random_model(seed)
    (one,) = beam_search(step, BEGIN, END, [5], beams, 0.8)
    assert one.ids[-1] == END
    assert END not in one.ids[:-1]
    expected = log_probability(step, 0, one.ids) / length_divisor(
        len(one.ids), 0.8
    )
    assert one.score == pytest.approx(expected)


def test_the_penalty_is_that_of_the_paper():
    assert length_divisor(1, 0.6) == 1
    assert length_divisor(7, 1.0) == 2
    assert length_divisor(19, 0.5) == 2
    assert length_divisor(50, 0.0) == 1


def test_a_high_penalty_prefers_long_sequences():
    def step(beginnings, owners):
        return np.log([[1e-9, 0.3, 0.6, 0.1]] * len(owners))

    (short,) = beam_search(step, BEGIN, END, [6], 4, 0.0)
    (long,) = beam_search(step, BEGIN, END, [6], 4, 4.0)
    assert len(short.ids) == 1
    assert len(long.ids) > 1
