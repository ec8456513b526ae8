from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data.features import pad


def encoding(tokens, segments=None):
    return SimpleNamespace(
        token_ids=tokens, segment_ids=segments or [0] * len(tokens)
    )


def test_pads_to_the_longest():
    features = pad([encoding([2, 7, 3], [0, 0, 1]), encoding([2, 3])])
    expected = {
        "token_ids": [[2, 7, 3], [2, 3, 0]],
        "segment_ids": [[0, 0, 1], [0, 0, 0]],
        "padding_mask": [[1, 1, 1], [1, 1, 0]],
    }
    assert features.keys() == expected.keys()
    for name, array in features.items():
        assert array.dtype == np.int32
        np.testing.assert_array_equal(array, expected[name])


def test_pads_to_a_given_length():
    assert pad([encoding([2, 3])], length=5)["token_ids"].shape == (1, 5)


def test_too_long():
    with pytest.raises(ValueError, match="3 tokens, more than length=2"):
        pad([encoding([2, 7, 3])], length=2)


def test_no_encodings():
    assert pad([])["token_ids"].shape == (0, 0)


@given(st.lists(st.lists(st.integers(0, 29999), min_size=1), min_size=1))
def test_every_token_is_in_its_place(rows):
    features = pad([encoding(row) for row in rows])
    for row, ids, mask in zip(
        rows, features["token_ids"], features["padding_mask"], strict=True
    ):
        assert ids[: len(row)].tolist() == row
        assert not ids[len(row) :].any()
        assert mask.tolist() == [1] * len(row) + [0] * (len(mask) - len(row))
