import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data.segments import (
    OBJECTIVES,
    Pair,
    SegmentCutter,
    SegmentOptions,
)
from albert_tf.errors import UserError

DOCUMENTS = st.lists(
    st.lists(st.integers(1, 70), min_size=1, max_size=8), max_size=12
)


def cut(documents, seed=0, **options):
    """The options, the examples, and what was dropped."""
    options = SegmentOptions(**options)
    rng = np.random.default_rng(seed)
    cutter = SegmentCutter(options, documents, rng)
    return options, cutter.cut(), cutter.dropped


def random_documents(seed, count, least, most):
    """Sentences of 5 to 60 tokens, as in books."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(least, most + 1, count)
    return [rng.integers(5, 61, size).tolist() for size in sizes]


def size(span):
    return span[1] - span[0]


def sizes(pair):
    return size(pair.first), size(pair.second)


def in_order(pair):
    return sorted((pair.first, pair.second))


class Tokens:
    """Which document and sentence each token of the stream is from."""

    def __init__(self, documents):
        lengths = [*itertools.chain.from_iterable(documents)]
        ends = np.cumsum([0, *lengths])
        numbers = np.repeat(np.arange(len(documents)), [*map(len, documents)])
        self.boundaries = {
            int(end)
            for end, a, b in zip(
                ends[1:-1], numbers[:-1], numbers[1:], strict=True
            )
            if a == b
        }
        self.document = np.repeat(numbers, lengths)

    def meet_in_a_document(self, first, second):
        """Whether they do between two sentences, before they were cut."""
        between = range(first[1], second[0] + 1)
        return any(place in self.boundaries for place in between)


def assert_share(count, total, share):
    """Within four and a half standard deviations."""
    deviation = np.sqrt(share * (1 - share) / total)
    assert abs(count / total - share) < 4.5 * deviation


@pytest.fixture(scope="module")
def documents():
    return random_documents(0, 3000, 3, 40)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("length", [8, 64, 128, 512])
def test_no_example_is_too_long(documents, objective, length):
    options, pairs, _ = cut(documents[:300], objective=objective, length=length)
    assert options.room == length - (2 if objective == "none" else 3)
    totals = [sum(sizes(pair)) for pair in pairs]
    assert max(totals) == options.room
    for pair in pairs:
        assert size(pair.first) > 0
        assert (size(pair.second) > 0) == (objective != "none")


def test_sop_segments_are_consecutive(documents):
    _, pairs, _ = cut(documents)
    tokens = Tokens(documents)
    for pair in pairs:
        first, second = in_order(pair)
        assert pair.label == (pair.first > pair.second)
        assert tokens.meet_in_a_document(first, second)
        # Less than two sentences are cut off.
        assert second[0] - first[1] < 120
    assert len(pairs) > 5000
    assert_share(sum(pair.label for pair in pairs), len(pairs), 0.5)


def test_sop_uses_each_token_at_most_once(documents):
    _, pairs, _ = cut(documents)
    spans = [span for pair in pairs for span in in_order(pair)]
    for (_, end), (begin, _) in itertools.pairwise(spans):
        assert end <= begin


def test_segments_that_fit_exactly_are_not_cut():
    documents = [[20, 30, 11]] * 50
    _, pairs, dropped = cut(documents, length=64, short_share=0)
    assert {sum(sizes(pair)) for pair in pairs} == {61}
    assert {in_order(pair)[0][1] % 61 for pair in pairs} == {20, 50}
    assert all(first[1] == second[0] for first, second in map(in_order, pairs))
    assert dropped.total() == 0


def test_lengths_do_not_tell_the_label():
    """The odd token goes to the first segment, as officially."""
    _, pairs, _ = cut([[100, 100]] * 400, short_share=0)
    assert {sizes(pair) for pair in pairs} == {(63, 62)}
    assert {pair.label for pair in pairs} == {0, 1}


def test_lengths_of_real_documents_do_not_tell_the_label(documents):
    """No length of the first segment goes with one label nearly always."""
    _, pairs, _ = cut(documents, short_share=0)
    counts = np.zeros((126, 2), int)
    for pair in pairs:
        counts[size(pair.first), pair.label] += 1
    common = counts[counts.sum(1) > 100]
    assert len(common) > 10
    assert (common.max(1) / common.sum(1)).max() < 0.75


def test_the_longer_segment_is_cut_on_its_outer_side():
    _, pairs, dropped = cut([[20, 165]] * 200, short_share=0)
    for number, pair in enumerate(pairs):
        begin = 185 * number
        split, end = begin + 20, begin + 185
        if pair.label:
            assert pair == Pair((end - 105, end), (begin, split), 1)
        else:
            assert pair == Pair((begin, split), (split, split + 105), 0)
    assert dropped == {"tokens over the length": 60 * 200}


@pytest.mark.parametrize("objective", ["sop", "nsp"])
def test_whole_sentences_meet_in_the_middle(documents, objective):
    _, pairs, _ = cut(documents, objective=objective)
    ends = np.cumsum(list(itertools.chain(*documents)))
    assert np.isin([pair.first[1] for pair in pairs], ends).all()
    assert np.isin([pair.second[0] for pair in pairs], [0, *ends]).all()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_share_of_short_examples(objective):
    documents = random_documents(1, 400, 100, 200)
    options, pairs, _ = cut(documents, objective=objective)
    totals = np.array([sum(sizes(pair)) for pair in pairs])
    # Of the rest nearly all are full, but for documents that end.
    short = totals[totals < options.room]
    if objective != "nsp":
        assert_share(len(short), len(totals), 0.1)
        assert short.min() < 8
        assert short.max() > options.room - 8
        assert short.mean() == pytest.approx((2 + options.room) / 2, rel=0.1)
    always = cut(documents, objective=objective, short_share=1)[1]
    totals = np.array([sum(sizes(pair)) for pair in always])
    assert totals.min() == 2
    assert totals.mean() < 0.55 * options.room


def test_nsp(documents):
    _, pairs, _ = cut(documents, objective="nsp")
    tokens = Tokens(documents)
    for pair in pairs:
        if pair.label == 0:
            assert tokens.meet_in_a_document(pair.first, pair.second)
        else:
            places = {tokens.document[place] for place in range(*pair.second)}
            assert len(places) == 1
            # The first ends in the document that the second is not from.
            assert tokens.document[pair.first[1] - 1] not in places
    assert_share(sum(pair.label for pair in pairs), len(pairs), 0.5)


def test_nsp_goes_on_after_the_first_segment():
    """What a random segment took the place of is used afterwards."""
    documents = random_documents(2, 50, 5, 20)
    _, pairs, dropped = cut(documents, objective="nsp", short_share=0)
    covered = np.zeros(sum(map(sum, documents)), bool)
    for pair in pairs:
        covered[range(*pair.first)] = True
        if pair.label == 0:
            covered[range(*pair.second)] = True
    assert (~covered).sum() <= dropped.total()


def test_nsp_needs_another_document():
    _, pairs, _ = cut([[30] * 200], objective="nsp")
    assert len(pairs) > 40
    assert {pair.label for pair in pairs} == {0}
    others = cut([[30] * 200, [7]], objective="nsp")[1]
    assert {pair.second for pair in others if pair.label} == {(6000, 6007)}


def test_single_segments(documents):
    _, pairs, _ = cut(documents, objective="none")
    for pair in pairs:
        assert size(pair.second) == pair.label == 0
    for before, after in itertools.pairwise(pairs):
        assert before.first[1] <= after.first[0]


@pytest.mark.parametrize("objective", ["sop", "none"])
@pytest.mark.parametrize("length", [128, 512])
def test_short_documents_are_packed(objective, length):
    """Little padding, though none of the documents fills an example."""
    documents = random_documents(3, 4000, 2, 4)
    shares = {}
    for short_share in (0, 0.1):
        _, pairs, _ = cut(
            documents,
            objective=objective,
            length=length,
            short_share=short_share,
        )
        special = 2 if objective == "none" else 3
        used = sum(sum(sizes(pair)) + special for pair in pairs)
        shares[short_share] = 1 - used / (len(pairs) * length)
    assert shares[0] < 0.005
    assert 0.03 < shares[0.1] < 0.065


def test_lone_sentences_have_no_order():
    _, pairs, dropped = cut([[20]] * 30)
    assert pairs == []
    assert dropped == {"tokens of lone sentences": 600}
    assert len(cut([[20]] * 30, objective="none", short_share=0)[1]) == 5


def test_lone_sentences_before_a_document():
    """They fill up the example, no more: the segments stay neighbours."""
    documents = [*[[20]] * 100, [21, 22, 23, 24]]
    for seed in range(20):
        _, (pair, *_), dropped = cut(documents, seed, short_share=0)
        first, second = in_order(pair)
        assert sum(sizes(pair)) == 125
        assert Tokens(documents).meet_in_a_document(first, second)
        assert second[0] - first[1] < 20
        assert first[0] > 1880
        assert dropped["tokens of lone sentences"] >= 1880


@given(
    DOCUMENTS,
    st.sampled_from(OBJECTIVES),
    st.integers(8, 140),
    st.sampled_from([0, 0.1, 1]),
    st.integers(0, 1000),
)
def test_any_documents(documents, objective, length, short_share, seed):
    arguments = {
        "objective": objective,
        "length": length,
        "short_share": short_share,
    }
    options, pairs, dropped = cut(documents, seed, **arguments)
    tokens = Tokens(documents)
    total = len(tokens.document)
    for pair in pairs:
        assert 0 < sum(sizes(pair)) <= options.room
        assert 0 <= pair.first[0] < pair.first[1] <= total
        assert 0 <= pair.second[0] <= pair.second[1] <= total
        if objective == "sop" or (objective == "nsp" and not pair.label):
            assert tokens.meet_in_a_document(*in_order(pair))
    if objective != "nsp":
        used = sum(sum(sizes(pair)) for pair in pairs)
        assert used + dropped.total() == total
    assert (pairs, dropped) == cut(documents, seed, **arguments)[1:]


def test_the_seed_decides(documents):
    assert cut(documents, 1)[1] != cut(documents, 2)[1]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"objective": "sbo"}, "objective='sbo' must be one of sop, nsp, none"),
        ({"length": 7}, "length=7 must be at least 8"),
        ({"short_share": -0.1}, "short_share=-0.1 must be from 0 to 1"),
        ({"short_share": 1.1}, "short_share=1.1 must be from 0 to 1"),
    ],
)
def test_wrong_options(wrong, message):
    with pytest.raises(UserError, match=message):
        SegmentOptions(**wrong)
