"""The best sequence of tags."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from albert_tf.tagging.tags import kind_of, may_follow

_NEVER = -1e9


def allowed_transitions(labels: Sequence[str]) -> np.ndarray:
    """What BIO allows, as scores to add: 0, or so low that it never is.

    Of a kind that has no `B-` nothing is asked, as in models of others.

    Args:
        labels: C tags.

    Returns:
        float32 [C + 1, C]: from the tag of the row to that of the column; the
        last row is of the beginning.
    """
    known = {*labels}
    return np.array(
        [
            [
                _NEVER
                if f"B-{kind_of(tag)}" in known and not may_follow(before, tag)
                else 0
                for tag in labels
            ]
            for before in [*labels, None]
        ],
        "float32",
    )


def viterbi(scores: np.ndarray, transitions: np.ndarray) -> np.ndarray:
    """The path with the highest sum (Viterbi, 1967).

    Args:
        scores: of each tag at each word, float [W, C].
        transitions: [C + 1, C], see `allowed_transitions`.

    Returns:
        The tag of each word, int [W].
    """
    if not len(scores):
        return np.zeros(0, int)
    between, best = transitions[:-1], transitions[-1] + scores[0]
    came_from = []
    for row in scores[1:]:
        paths = best[:, None] + between
        came_from.append(paths.argmax(0))
        best = paths.max(0) + row
    path = [int(best.argmax())]
    for row in reversed(came_from):
        path.append(int(row[path[-1]]))
    return np.array(path[::-1])
