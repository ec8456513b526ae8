"""What tokenizers in a TensorFlow graph make of texts."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf


class GraphTokens(NamedTuple):
    """The tokens of B texts, without special ones, and where they are from.

    Attributes:
        ids: ragged int32 [B, (T)].
        starts: int32 [n], of all tokens one after the other: the character of
            their text, as it was given, that each begins with. They do not
            descend within a text.
        ends: int32 [n], the one behind its last. They do not descend either.
    """

    ids: tf.RaggedTensor
    starts: tf.Tensor
    ends: tf.Tensor
