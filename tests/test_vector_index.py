import sys

import numpy as np
import pytest

from albert_tf.errors import UserError
from albert_tf.nearest import nearest, unit
from albert_tf.vector_index import VectorIndex


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(500, 16)).astype("float32")


def test_it_finds_nearly_all_that_are_nearest(vectors, tmp_path):
    pytest.importorskip("usearch")
    queries = vectors[:50] + 0.1
    expected, products = nearest(unit(vectors), unit(queries), 5)
    made = VectorIndex.make(tmp_path / "i.usearch", vectors)
    read = VectorIndex(tmp_path / "i.usearch")
    for index in (made, read):
        assert (len(index), index.size) == (500, 16)
        places, cosines = index.nearest(queries, 5)
        assert (places == expected).mean() > 0.95
        same = places == expected
        np.testing.assert_allclose(cosines[same], products[same], atol=1e-5)
    places, cosines = made.nearest(queries[:1], 999)
    assert places.shape == cosines.shape == (1, 500)
    assert len({*places[0]}) == 500


def test_mistakes(vectors, tmp_path, monkeypatch):
    path = tmp_path / "i.usearch"
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    for call in (lambda: VectorIndex(path), lambda: VectorIndex.make(path, 1)):
        with pytest.raises(UserError, match="pip install 'albert-tf\\[index"):
            call()
    monkeypatch.undo()
    pytest.importorskip("usearch")
    with pytest.raises(UserError, match="no such file"):
        VectorIndex(path)
    path.write_text("no")
    with pytest.raises(UserError, match="is no index"):
        VectorIndex(path)
    with pytest.raises(UserError, match="exists already"):
        VectorIndex.make(path, vectors)
    with pytest.raises(UserError, match="top=0"):
        VectorIndex.make(path, vectors, overwrite=True).nearest(vectors, 0)
