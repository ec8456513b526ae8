"""What is masked, as plain data."""

from __future__ import annotations

import dataclasses
import math

from albert_tf.errors import require, require_at_least, require_one_of

MASKINGS = ("ngram", "word", "token")
REPLACE_UNITS = ("token", "word")


@dataclasses.dataclass(frozen=True)
class MaskingOptions:
    """What is masked.

    Attributes:
        masking: "ngram" (spans of whole words), "word" (single whole words)
            or "token" (single tokens).
        max_ngram: the longest span in words; a span of n words is drawn with
            a probability proportional to 1/n.
        masked_share: share of a sequence's tokens that is predicted.
        max_predictions: P, at most so many predictions a sequence; by default
            `masked_share` of the length (20 of 128, 77 of 512). The paper has
            20 at length 512.
        replace_unit: whether each "token" or each "word" is by itself
            replaced by [MASK] (80 %), kept (10 %) or replaced by a random
            token (10 %). The official code draws for each token.
    """

    masking: str = "ngram"
    max_ngram: int = 3
    masked_share: float = 0.15
    max_predictions: int | None = None
    replace_unit: str = "token"

    def __post_init__(self):
        require_one_of(MASKINGS, masking=self.masking)
        require_one_of(REPLACE_UNITS, replace_unit=self.replace_unit)
        require(
            0 < self.masked_share < 1,
            "must be between 0 and 1",
            masked_share=self.masked_share,
        )
        require_at_least(1, max_ngram=self.max_ngram)
        if self.max_predictions is not None:
            require_at_least(1, max_predictions=self.max_predictions)

    def num_predictions(self, length: int) -> int:
        """P for sequences of `length` tokens."""
        return self.max_predictions or math.ceil(self.masked_share * length)
