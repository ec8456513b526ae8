"""The nearest of many vectors, exactly."""

from __future__ import annotations

import numpy as np

from albert_tf.errors import UserError, require_at_least

_BLOCK = 65_536  # vectors whose products are in memory at once


def nearest(
    vectors: np.ndarray, queries: np.ndarray, top: int = 10
) -> tuple[np.ndarray, np.ndarray]:
    """The vectors with the largest products with each query.

    For vectors of length 1, such as those of `AlbertEmbedder`, these are the
    most alike. All are looked at, so nothing is missed: a query takes some
    ten milliseconds for 100,000 vectors.

    Example:

    ```python
    import numpy as np
    from albert_tf.nearest import nearest

    places, cosines = nearest(np.eye(3), np.eye(3)[:1], top=2)
    places.tolist()  # [[0, 1]]
    ```

    Args:
        vectors: float [N, H]; may be a `numpy.memmap`.
        queries: float [Q, H].
        top: how many to give, at most N.

    Returns:
        Their rows, int64 [Q, k], and products, float32 [Q, k], largest first;
        of equal ones the earlier row first. k is `top` or N.

    Raises:
        UserError: if there is no vector, or the sizes differ.
    """
    require_at_least(1, top=top)
    if vectors.ndim != 2 or not len(vectors):
        raise UserError(
            "vectors must have the axes [N, H] and a row at least; got "
            f"{list(vectors.shape)}"
        )
    if queries.ndim != 2 or queries.shape[1] != vectors.shape[1]:
        raise UserError(
            f"queries must have the axes [Q, {vectors.shape[1]}], as the "
            f"vectors have; got {list(queries.shape)}"
        )
    places = np.zeros((len(queries), 0), np.int64)
    products = np.zeros((len(queries), 0), np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = np.asarray(vectors[start : start + _BLOCK], np.float32)
        found = queries.astype(np.float32) @ block.T
        rows = np.broadcast_to(start + np.arange(len(block)), found.shape)
        products = np.concatenate([products, found], axis=1)
        places = np.concatenate([places, rows], axis=1)
        best = np.argsort(-products, axis=1, kind="stable")[:, :top]
        products = np.take_along_axis(products, best, axis=1)
        places = np.take_along_axis(places, best, axis=1)
    return places, products


def unit(vectors: np.ndarray) -> np.ndarray:
    """The same directions with the length 1; zeros stay.

    Args:
        vectors: float [..., H].
    """
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)
