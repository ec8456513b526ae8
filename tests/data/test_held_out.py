import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data.held_out import hold_out


@given(st.integers(0, 300), st.floats(0, 0.99))
def test_a_share_is_taken_apart(number, share):
    train, held_out = hold_out(range(number), share)
    assert sorted([*train, *held_out]) == [*range(number)]
    assert train == sorted(train)
    assert len(held_out) == pytest.approx(number * share, abs=1)


def test_they_lie_at_equal_distances():
    train, held_out = hold_out("abcdefghij", 0.2)
    assert held_out == ["e", "j"]
    assert train == [*"abcdfghi"]
    assert hold_out("abc", 0.0) == ([*"abc"], [])
    assert hold_out("abc", 0.1) == ([*"abc"], [])
