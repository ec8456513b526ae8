"""How examples are cut out of documents, as plain data."""

from __future__ import annotations

import dataclasses

from albert_tf.errors import require, require_at_least, require_one_of

OBJECTIVES = ("sop", "nsp", "none")


@dataclasses.dataclass(frozen=True)
class SegmentOptions:
    """How examples are cut out of documents.

    Attributes:
        objective: "sop", sentence order: two consecutive segments, swapped
            in half of the examples; "nsp", next sentence, as in BERT: the
            second segment is from another document in half of them; "none":
            one segment.
        length: L, the longest example in tokens, special ones included.
        short_share: share of examples that are shorter, so that the model
            sees short inputs too; their length is drawn evenly.
    """

    objective: str = "sop"
    length: int = 128
    short_share: float = 0.1

    def __post_init__(self):
        require_one_of(OBJECTIVES, objective=self.objective)
        require_at_least(8, length=self.length)
        require(
            0 <= self.short_share <= 1,
            "must be from 0 to 1",
            short_share=self.short_share,
        )

    @property
    def room(self) -> int:
        """Tokens of text in the longest example."""
        return self.length - (2 if self.objective == "none" else 3)
