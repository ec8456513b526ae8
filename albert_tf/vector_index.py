"""The nearest of very many vectors, nearly exactly: an index in a file."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from albert_tf.errors import UserError, require_at_least
from albert_tf.files import new_file


class VectorIndex:
    """A graph of vectors (HNSW, of usearch), in which neighbours are found.

    A query looks at some of the vectors only, so it takes about as long for
    millions as for thousands, and may miss one of the nearest. For fewer than
    some hundred thousand `albert_tf.nearest.nearest` is fast enough, and
    misses none.

    Example:

    ```python
    index = VectorIndex.make("questions.usearch", vectors)
    places, cosines = VectorIndex("questions.usearch").nearest(queries)
    ```

    Args:
        path: a file that `make` wrote.

    Raises:
        UserError: if usearch is not installed, or there is no such index.
    """

    def __init__(self, path: str | os.PathLike):
        kind = _index_class(path)
        if not Path(path).is_file():
            raise UserError(f"{path}: no such file")
        try:
            self._index = kind.restore(os.fspath(path))
        except (ValueError, RuntimeError) as error:
            raise UserError(f"{path}: is no index: {error}") from None
        if self._index is None:
            raise UserError(f"{path}: is no index")

    @classmethod
    def make(
        cls,
        path: str | os.PathLike,
        vectors: np.ndarray,
        overwrite: bool = False,
    ) -> VectorIndex:
        """Writes the index of vectors.

        Args:
            path: the file to make.
            vectors: float [N, H]; only their directions count.
            overwrite: replace the file if it exists.

        Raises:
            UserError: if usearch is not installed, the file exists and
                `overwrite` is false, or it cannot be written.
        """
        kind = _index_class(path)
        index = kind(ndim=vectors.shape[1], metric="cos", dtype="f32")
        index.add(
            np.arange(len(vectors)),
            np.asarray(vectors, np.float32),
            threads=1,  # with several no two graphs are alike
        )
        with new_file(path, overwrite) as temporary:
            index.save(os.fspath(temporary))
        return cls(path)

    @property
    def size(self) -> int:
        """H."""
        return self._index.ndim

    def __len__(self):
        """N."""
        return len(self._index)

    def nearest(
        self, queries: np.ndarray, top: int = 10
    ) -> tuple[np.ndarray, np.ndarray]:
        """The vectors with the largest cosines that are found.

        Args:
            queries: float [Q, H].
            top: how many to give, at most N.

        Returns:
            Their rows, int64 [Q, k], and cosines, float32 [Q, k], largest
            first. k is `top`, or less where no more were found.
        """
        require_at_least(1, top=top)
        # One by one: together, what was not found would be row 0.
        found = [
            self._index.search(query, min(top, len(self)), threads=1)
            for query in np.asarray(queries, np.float32)
        ]
        k = min(len(one.keys) for one in found)
        places = np.stack([one.keys[:k] for one in found])
        distances = np.stack([one.distances[:k] for one in found])
        return places.astype(np.int64), 1 - distances


def _index_class(path):
    try:
        from usearch.index import Index
    except ImportError:
        raise UserError(
            f"{path}: an index needs usearch: pip install 'albert-tf[index]'"
        ) from None
    return Index
