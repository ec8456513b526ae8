"""Sequences of tokens, and the examples that they are of."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from albert_tf.data.features import pad
from albert_tf.tokenizers import Encoding

ONE_SEGMENT = (
    "the model has no second segment (type_vocab_size=1), so it takes single "
    "texts only; got pairs"
)


@dataclasses.dataclass(frozen=True)
class Rows:
    """What a task makes of examples: one sequence for each, or several.

    Attributes:
        encodings: R sequences.
        examples: int [R], the number of the example that each is of, not
            descending; every example has one at least.
        inputs: what the model takes besides, by name: int32 [R, ...].
    """

    encodings: Sequence[Encoding]
    examples: np.ndarray
    inputs: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)

    @classmethod
    def one_each(cls, encodings: Sequence[Encoding]) -> Rows:
        """Row i is of example i."""
        return cls(encodings, np.arange(len(encodings)))

    def __len__(self):
        return len(self.encodings)

    def features(self, number: int) -> dict[str, np.ndarray]:
        """What the model takes of one row, arrays [1, ...]."""
        features = pad([self.encodings[number]])
        for name, values in self.inputs.items():
            features[name] = values[number : number + 1]
        return features

    @property
    def truncated_share(self) -> float:
        """The share of rows that lost tokens to the longest length."""
        cut = sum(one.num_truncated > 0 for one in self.encodings)
        return cut / max(1, len(self))

    def unknown_share(self, unk_id: int) -> float:
        """The share of tokens that are not in the vocabulary."""
        tokens = sum(len(one.token_ids) for one in self.encodings)
        unknown = sum(one.token_ids.count(unk_id) for one in self.encodings)
        return unknown / max(1, tokens)
