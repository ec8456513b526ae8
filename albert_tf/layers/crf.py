"""A linear-chain conditional random field."""

from __future__ import annotations

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="albert_tf")
class ConditionalRandomField(keras.layers.Layer):
    """What it counts that one tag follows another (Lafferty et al., 2001).

    The score of a sequence is the sum of its tags' logits and of the
    transitions between them; the loss is minus the logarithm of its share
    among all sequences. Tokens without a target are passed over, so that the
    transitions are those between words.

    Args:
        num_labels: C.
        **kwargs: Keras' layer arguments.
    """

    def __init__(self, num_labels: int, **kwargs):
        super().__init__(**kwargs)
        self.num_labels = num_labels

    def build(self, input_shape=None):
        """Makes the weights, which count nothing yet."""
        size = self.num_labels
        self.transitions = self.add_weight(
            shape=(size, size), initializer="zeros", name="transitions"
        )
        self.start = self.add_weight(
            shape=(size,), initializer="zeros", name="start"
        )
        self.built = True

    def call(self, logits):
        """The transitions, for each example the same.

        Args:
            logits: float [B, L, C].

        Returns:
            float32 [B, C + 1, C]: from the tag of the row to that of the
            column; the last row is of the beginning.
        """
        rows = ops.concatenate([self.transitions, self.start[None]], axis=0)
        zeros = ops.zeros_like(ops.cast(logits[:, :1, :1], "float32"))
        return zeros + ops.cast(rows, "float32")[None]

    def get_config(self):
        """The arguments of the constructor."""
        return {**super().get_config(), "num_labels": self.num_labels}


def crf_loss(targets, logits, transitions):
    """Minus the logarithm of the targets' share among all sequences.

    Args:
        targets: int [B, L], -1 at tokens that are passed over.
        logits: float [B, L, C].
        transitions: float32 [B, C + 1, C], see `ConditionalRandomField`.

    Returns:
        float32 [B], 0 for a row without targets.
    """
    logits = ops.cast(logits, "float32")
    size = logits.shape[-1]
    between, start = transitions[:, :size], transitions[:, size]
    one_hot = ops.one_hot(targets, size, dtype="float32")  # zeros for -1

    def step(place, state):
        """One token further: sums over all paths, and the targets' path."""
        total, path, last, is_begun = state
        row, target = logits[:, place], one_hot[:, place]
        is_word = ops.sum(target, -1, keepdims=True)
        further = ops.logsumexp(total[:, :, None] + between, axis=1)
        after = ops.einsum("bi,bij->bj", last, between)
        further = is_begun * further + (1 - is_begun) * start
        after = is_begun * after + (1 - is_begun) * start
        total = is_word * (further + row) + (1 - is_word) * total
        path = path + ops.sum(target * (after + row), -1, keepdims=True)
        last = is_word * target + (1 - is_word) * last
        return total, path, last, ops.maximum(is_begun, is_word)

    none = ops.zeros_like(logits[:, 0])
    state = (none, none[:, :1], none, none[:, :1])
    length = ops.shape(logits)[1]
    total, path, _, is_begun = ops.fori_loop(0, length, step, state)
    everything = ops.logsumexp(total, axis=-1)
    return is_begun[:, 0] * (everything - path[:, 0])
