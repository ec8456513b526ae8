"""In how many bits each part of a model is stored."""

from __future__ import annotations

import dataclasses

from albert_tf.errors import UserError, require_one_of

# The bits of one weight.
KINDS = {"float32": 32, "float16": 16, "int8": 8, "int4": 4}


@dataclasses.dataclass(frozen=True)
class Quantization:
    """What the matrices of each part of a model are stored as.

    One of "float32", "float16", "int8" and "int4". Vectors, those of
    LayerNorm and the biases, stay float32.

    Attributes:
        embeddings: of the tables of tokens and positions, their projection,
            and what else multiplies by a table.
        attention: of query, key, value and output.
        feed_forward: of both matrices of the feed-forward network.
        head: of all other matrices, such as pooler and logits.

    Raises:
        UserError: if a part is something else.
    """

    embeddings: str = "int8"
    attention: str = "int8"
    feed_forward: str = "int8"
    head: str = "int8"

    def __post_init__(self):
        require_one_of(tuple(KINDS), **dataclasses.asdict(self))

    @classmethod
    def of(cls, value: Quantization | str | dict[str, str]) -> Quantization:
        """The one that is meant.

        Args:
            value: one, a kind for all parts, or kinds by part.

        Raises:
            UserError: if a kind or a part is not known, or a part is missing.
        """
        if isinstance(value, cls):
            return value
        parts = [field.name for field in dataclasses.fields(cls)]
        if not isinstance(value, dict):
            require_one_of(tuple(KINDS), quantization=value)
            value = dict.fromkeys(parts, value)
        if set(value) != set(parts):
            raise UserError(
                f"quantization={value!r:.60} must have {', '.join(parts)}"
            )
        return cls(**value)

    def brief(self) -> str | dict[str, str]:
        """The kind of all parts, or kinds by part; the inverse of `of`."""
        kinds = dataclasses.asdict(self)
        first, *others = set(kinds.values())
        return kinds if others else first
