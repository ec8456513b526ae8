"""How documents are read, as plain data."""

from __future__ import annotations

import dataclasses

from albert_tf.data.cleaning import CleaningOptions
from albert_tf.errors import require_one_of

ERRORS = ("strict", "replace")


@dataclasses.dataclass(frozen=True)
class TextOptions:
    """How documents are read and split into sentences.

    Attributes:
        cleaning: what is cleaned.
        document_per_line: each line of a plain text is a document; else blank
            lines separate them.
        text_field: which field of a JSON object has the text.
        language: whose rules say where sentences end.
        sentence_per_line: every line is a sentence already; else lines that
            were cut at a fixed width are joined.
        errors: what to do where a file is not UTF-8: "strict" stops,
            "replace" puts U+FFFD there.
    """

    cleaning: CleaningOptions = CleaningOptions()
    document_per_line: bool = False
    text_field: str = "text"
    language: str = "en"
    sentence_per_line: bool = False
    errors: str = "strict"

    def __post_init__(self):
        require_one_of(ERRORS, errors=self.errors)
