"""One labelled text or pair of texts."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """What one row of a file says.

    Attributes:
        text: the text, or the first of two.
        pair: the second text, None where there is one only.
        label: the class as the file writes it, None where it is not known.
    """

    text: str
    pair: str | None = None
    label: str | None = None
