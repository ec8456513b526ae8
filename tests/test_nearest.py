"""Search gives what sorting all products gives."""

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from albert_tf import nearest as module
from albert_tf.errors import UserError
from albert_tf.nearest import nearest

SMALL = st.integers(-3, 3).map(float)  # many are equal


@given(st.data(), st.integers(1, 9), st.integers(1, 4))
def test_as_sorting_all(data, top, block):
    size = data.draw(st.integers(1, 4))
    vectors, queries = (
        data.draw(
            hnp.arrays("float32", (data.draw(rows), size), elements=SMALL)
        )
        for rows in (st.integers(1, 12), st.integers(0, 3))
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        places, products = nearest(vectors, queries, top)
    for query, found, values in zip(queries, places, products, strict=True):
        every = vectors @ query
        expected = sorted(range(len(every)), key=lambda k: (-every[k], k))
        assert found.tolist() == expected[:top]
        np.testing.assert_array_equal(values, every[found])


@pytest.mark.parametrize(
    ("vectors", "queries", "top", "message"),
    [
        ((0, 3), (1, 3), 1, r"a row at least; got \[0, 3\]"),
        ((3,), (1, 3), 1, r"got \[3\]"),
        ((2, 3), (1, 4), 1, r"axes \[Q, 3\].* got \[1, 4\]"),
        ((2, 3), (1, 3), 0, "top"),
    ],
)
def test_mistakes(vectors, queries, top, message):
    with pytest.raises(UserError, match=message):
        nearest(np.zeros(vectors), np.zeros(queries), top)
