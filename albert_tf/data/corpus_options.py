"""How a corpus is prepared, as plain data."""

from __future__ import annotations

import dataclasses

from albert_tf.data.cleaning import CleaningOptions
from albert_tf.data.masking_options import MaskingOptions
from albert_tf.data.segment_options import SegmentOptions
from albert_tf.errors import require, require_at_least, require_one_of

DUPLICATES = ("keep", "exact", "near")
ERRORS = ("strict", "replace")


@dataclasses.dataclass(frozen=True)
class CorpusOptions:
    """How a corpus is prepared.

    Attributes:
        segments: how examples are cut.
        masking: of examples that are masked once and for all, in the official
            format; None to mask while training reads, anew in every epoch.
        cleaning: what is cleaned.
        document_per_line: each line of a plain text is a document; else blank
            lines separate them.
        text_field: which field of a JSON object has the text.
        language: whose rules say where sentences end.
        sentence_per_line: every line is a sentence already; else lines that
            were cut at a fixed width are joined.
        chinese_words: ideographs make words, as jieba finds them; else each
            is a word of its own.
        duplicates: which documents are dropped that were there before:
            "keep" (none are), "exact" ones, or also "near" ones.
        held_out_share: share of the documents, chosen by their text, that
            are kept apart to evaluate on.
        passes: how often each training document is cut into examples, each
            time elsewhere (`dupe_factor` of the official code).
        block_bytes: text of a unit of work and of a file of examples.
        errors: what to do where a file is not UTF-8: "strict" stops,
            "replace" puts U+FFFD there.
        seed: of all choices.
    """

    segments: SegmentOptions = SegmentOptions()
    masking: MaskingOptions | None = None
    cleaning: CleaningOptions = CleaningOptions()
    document_per_line: bool = False
    text_field: str = "text"
    language: str = "en"
    sentence_per_line: bool = False
    chinese_words: bool = False
    duplicates: str = "exact"
    held_out_share: float = 0.01
    passes: int = 1
    block_bytes: int = 4_000_000
    errors: str = "strict"
    seed: int = 0

    def __post_init__(self):
        require_one_of(DUPLICATES, duplicates=self.duplicates)
        require_one_of(ERRORS, errors=self.errors)
        require(
            0 <= self.held_out_share < 1,
            "must be at least 0 and less than 1",
            held_out_share=self.held_out_share,
        )
        require_at_least(1, passes=self.passes, block_bytes=self.block_bytes)
        require_at_least(0, seed=self.seed)
