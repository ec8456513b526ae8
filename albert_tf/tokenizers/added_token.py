"""A token that came to a vocabulary after it was made."""

import dataclasses

from albert_tf.errors import UserError

_MOST_IDS = 2**21  # no embedding is larger; bounds the list of pieces


@dataclasses.dataclass(frozen=True)
class AddedToken:
    """Text that is one token wherever it is written, as Hugging Face has it.

    Attributes:
        content: the text.
        id: its number; None for that of the piece of this text or, where there
            is none, for the next number behind the vocabulary.
        special: whether it is looked for in the text as it stands, and not in
            the lower-cased text.
        lstrip: whether white space before it goes with it.
        rstrip: whether white space after it goes with it.
        single_word: whether it must stand between blanks.
        normalized: whether it, too, was added in lower case. Only text that
            is cased by neither rule must be written exactly so.
    """

    content: str
    id: int | None = None
    special: bool = False
    lstrip: bool = False
    rstrip: bool = False
    single_word: bool = False
    normalized: bool = True

    def __post_init__(self):
        if not isinstance(self.content, str) or not self.content:
            raise UserError(
                "the content of an added token must be some text, received "
                f"{self.content!r}"
            )
        if self.id is not None and (
            type(self.id) is not int or not 0 <= self.id < _MOST_IDS
        ):
            raise UserError(
                f"added token {self.content!r}: the id must be a number from "
                f"0 to {_MOST_IDS - 1}, received {self.id!r}"
            )
        for name in (
            "special",
            "lstrip",
            "rstrip",
            "single_word",
            "normalized",
        ):
            if not isinstance(getattr(self, name), bool):
                raise UserError(
                    f"added token {self.content!r}: {name!r} must be true or "
                    f"false, received {getattr(self, name)!r}"
                )

    @property
    def keeps_case(self) -> bool:
        """Whether lower-casing leaves it alone where it is written so."""
        return self.special or self.normalized
