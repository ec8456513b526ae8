"""The scores of each class, by its name."""

from __future__ import annotations

from collections.abc import Sequence

_COLUMNS = ("precision", "recall", "f1", "support")


def class_rows(
    names: Sequence[str], scores: Sequence
) -> dict[str, dict[str, float | int]]:
    """What `Score.details` holds.

    Args:
        names: of C classes.
        scores: four arrays [C], as scikit-learn's
            `precision_recall_fscore_support` gives them.
    """
    return {
        name: {
            column: values[k].item()
            for column, values in zip(_COLUMNS, scores, strict=True)
        }
        for k, name in enumerate(names)
    }
