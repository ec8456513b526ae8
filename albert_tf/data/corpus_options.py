"""How a corpus is prepared, as plain data."""

from __future__ import annotations

import dataclasses

from albert_tf.data.masking_options import MaskingOptions
from albert_tf.data.segment_options import SegmentOptions
from albert_tf.data.text_options import TextOptions
from albert_tf.errors import require, require_at_least, require_one_of

DUPLICATES = ("keep", "exact", "near")


@dataclasses.dataclass(frozen=True)
class CorpusOptions(TextOptions):
    """How a corpus is prepared; see also `TextOptions`.

    Attributes:
        segments: how examples are cut.
        masking: of examples that are masked once and for all, in the official
            format; None to mask while training reads, anew in every epoch.
        chinese_words: ideographs make words, as jieba finds them; else each
            is a word of its own.
        duplicates: which documents are dropped that were there before:
            "keep" (none are), "exact" ones, or also "near" ones.
        held_out_share: share of the documents, chosen by their text, that
            are kept apart to evaluate on.
        passes: how often each training document is cut into examples, each
            time elsewhere (`dupe_factor` of the official code).
        block_bytes: text of a unit of work and of a file of examples.
        seed: of all choices.
    """

    segments: SegmentOptions = SegmentOptions()
    masking: MaskingOptions | None = None
    chinese_words: bool = False
    duplicates: str = "exact"
    held_out_share: float = 0.01
    passes: int = 1
    block_bytes: int = 4_000_000
    seed: int = 0

    def __post_init__(self):
        super().__post_init__()
        require_one_of(DUPLICATES, duplicates=self.duplicates)
        require(
            0 <= self.held_out_share < 1,
            "must be at least 0 and less than 1",
            held_out_share=self.held_out_share,
        )
        require_at_least(1, passes=self.passes, block_bytes=self.block_bytes)
        require_at_least(0, seed=self.seed)
