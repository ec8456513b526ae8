"""Sequences of tokens, and the examples that they are of."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from albert_tf.data.encodings import Encodings
from albert_tf.tokenizers import Encoding

ONE_SEGMENT = (
    "the model has no second segment (type_vocab_size=1), so it takes single "
    "texts only; got pairs"
)


@dataclasses.dataclass(frozen=True)
class Rows:
    """What a task makes of examples: one sequence for each, or several.

    Attributes:
        encodings: R sequences, or as many times the choices of a question; a
            plain list of sequences is put into `Encodings`.
        examples: int [R], the number of the example that each is of, not
            descending; every example has one at least.
        inputs: what the model takes besides, by name: int32 [R, ...].
    """

    encodings: Encodings | Sequence[Encoding]
    examples: np.ndarray
    inputs: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        if not isinstance(self.encodings, Encodings):
            object.__setattr__(self, "encodings", Encodings(self.encodings))

    @classmethod
    def one_each(cls, encodings: Sequence[Encoding]) -> Rows:
        """Row i is of example i."""
        return cls(encodings, np.arange(len(encodings)))

    def __len__(self):
        return len(self.encodings)

    def features(self, number: int) -> dict[str, np.ndarray]:
        """What the model takes of one row, arrays [1, ...]."""
        features = self.encodings.features([number])
        for name, values in self.inputs.items():
            features[name] = values[number : number + 1]
        return features

    @property
    def truncated_share(self) -> float:
        """The share of rows that lost tokens to the longest length."""
        return self.num_truncated / max(1, len(self))

    @property
    def num_truncated(self) -> int:
        """How many rows lost tokens to the longest length."""
        return int((self.encodings.num_truncated > 0).sum())

    def unknown_share(self, unk_id: int) -> float:
        """The share of tokens that are not in the vocabulary."""
        token_ids = self.encodings.token_ids
        return float((token_ids == unk_id).sum()) / max(1, len(token_ids))
