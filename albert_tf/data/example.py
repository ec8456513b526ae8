"""One labelled text or pair of texts."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """What one row of a file says.

    Attributes:
        text: the text, or the first of two.
        pair: the second text, None where there is one only.
        label: what is to be learned, None where it is not known: the class as
            the file writes it, several of them, or a number.
    """

    text: str
    pair: str | None = None
    label: str | tuple[str, ...] | float | None = None
