"""Documents to learn from, and documents to evaluate on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Document = TypeVar("Document")


def hold_out(
    documents: Sequence[Document], share: float
) -> tuple[list[Document], list[Document]]:
    """Takes a share of the documents apart, at equal distances.

    Args:
        documents: of any kind.
        share: from 0 to less than 1; of few documents it may be none.

    Returns:
        Those to learn from and those held out, in their order.
    """
    parts = [], []
    for number, document in enumerate(documents):
        is_held_out = int((number + 1) * share) > int(number * share)
        parts[is_held_out].append(document)
    return parts
