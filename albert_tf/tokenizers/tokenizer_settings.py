"""What is done to text before it is cut into pieces."""

from __future__ import annotations

import dataclasses
from typing import Any

from albert_tf.errors import UserError, require_one_of
from albert_tf.tokenizers.added_token import AddedToken

GOOGLE, TRANSFORMERS = "google", "transformers"
_FLAGS = ("lowercase", "collapse_spaces", "split_ideographs")


@dataclasses.dataclass(frozen=True)
class TokenizerSettings:
    """All that a tokenizer needs to know besides the vocabulary.

    Attributes:
        lowercase: whether text is lower-cased.
        strip_accents: whether marks on letters are dropped; for SentencePiece
            this also replaces compatibility characters by plain ones. None for
            what is usual: SentencePiece drops them, WordPiece only with
            `lowercase`.
        collapse_spaces: SentencePiece: whether runs of white space become one
            blank.
        split_ideographs: WordPiece: whether each ideograph is a word.
        follows: whose rules decide where both differ. "google": WordPiece
            knows words up to 200 characters. "transformers" (version 4): up to
            100, and composes letters with their marks (NFC); SentencePiece
            takes two backticks or apostrophes for a double quote; a capital
            sigma never becomes a final one.
        special_tokens: the pieces for padding, unknown, `[CLS]`, `[SEP]` and
            `[MASK]`; None for the published names.
        added_tokens: tokens that are looked for in the text before all else.
    """

    lowercase: bool = True
    strip_accents: bool | None = None
    collapse_spaces: bool = True
    split_ideographs: bool = True
    follows: str = GOOGLE
    special_tokens: tuple[str, ...] | None = None
    added_tokens: tuple[AddedToken, ...] = ()

    def __post_init__(self):
        for name in _FLAGS:
            _check_flag(name, getattr(self, name))
        if self.strip_accents is not None:
            _check_flag("strip_accents", self.strip_accents)
        require_one_of((GOOGLE, TRANSFORMERS), follows=self.follows)
        names = self.special_tokens
        if names is not None and not (
            isinstance(names, tuple)
            and len(names) == 5
            and all(isinstance(name, str) and name for name in names)
        ):
            raise UserError(
                "special_tokens must be five names, for padding, unknown, CLS, "
                f"SEP and MASK; received {names!r}"
            )

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it; `from_dict` reads it."""
        values = dataclasses.asdict(self)
        names = self.special_tokens
        values["special_tokens"] = None if names is None else list(names)
        values["added_tokens"] = list(values["added_tokens"])
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TokenizerSettings:
        """Reads what `to_dict` gave; what is missing has the default.

        Raises:
            UserError: a value is not what it should be, or has another name.
        """
        values = dict(values)
        known = {field.name for field in dataclasses.fields(cls)}
        if unknown := values.keys() - known:
            raise UserError(f"unknown setting {min(unknown)!r}")
        if isinstance(values.get("special_tokens"), list):
            values["special_tokens"] = tuple(values["special_tokens"])
        try:
            values["added_tokens"] = tuple(
                AddedToken(**token) for token in values.get("added_tokens", ())
            )
        except TypeError as error:
            raise UserError(f"'added_tokens' is damaged: {error}") from None
        return cls(**values)


def _check_flag(name, value):
    if not isinstance(value, bool):
        raise UserError(f"{name!r} must be true or false, received {value!r}")


PUBLISHED = TokenizerSettings()  # those of all published ALBERTs
