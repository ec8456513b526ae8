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


def test_the_same_vectors_give_the_same_file(vectors, tmp_path):
    pytest.importorskip("usearch")
    for name in "abc":
        VectorIndex.make(tmp_path / name, vectors)
    first, *others = [(tmp_path / name).read_bytes() for name in "abc"]
    assert others == [first, first]


class _Half:
    """An index in which a query finds one vector fewer than the last."""

    def __init__(self):
        self.left = 5

    def __len__(self):
        return 9

    def search(self, query, count, threads):
        self.left -= 1
        keys = np.arange(1, self.left + 1).astype("uint64")
        return type("Matches", (), {"keys": keys, "distances": keys / 10})


def test_what_is_not_found_is_no_row(vectors, monkeypatch):
    monkeypatch.setattr(VectorIndex, "__init__", lambda self: None)
    index = VectorIndex()
    index._index = _Half()
    places, cosines = index.nearest(vectors[:2], 5)
    assert places.tolist() == [[1, 2, 3], [1, 2, 3]]
    assert cosines.shape == (2, 3)


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
