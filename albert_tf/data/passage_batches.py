"""Batches of passages of about the same length."""

from __future__ import annotations

import itertools

import numpy as np

from albert_tf.data.aligned_text import AlignedText
from albert_tf.data.shard import Shard


class PassageBatches:
    """Batches of about as many tokens each, for a distillation.

    Every passage comes once an epoch, beside others of its length, so that
    there is next to no padding. Which ones stand together, and when, is drawn
    anew in each epoch from the seed and its number, so that batch k is the
    same whenever it is asked for.

    Args:
        text: the passages.
        tokens: of a batch over all replicas, padding included.
        seed: of the orders.
        replicas: a batch has as many passages for each of them; empty ones
            fill up the last.
    """

    def __init__(self, text: AlignedText, tokens: int, seed: int, replicas=1):
        self._text, self._seed, self._replicas = text, seed, replicas
        self._cuts = _cuts(np.sort(text.lengths)[::-1], tokens, replicas)
        self._epoch, self._order, self._turns = None, None, None

    def __len__(self):
        """How many batches an epoch has."""
        return len(self._cuts)

    def __getitem__(self, number: int) -> dict[str, np.ndarray]:
        """The features of a batch, see `AlignedText.features`.

        Args:
            number: from 0 on, through all epochs.
        """
        epoch, turn = divmod(number, len(self))
        if epoch != self._epoch:
            self._draw(epoch)
        rows = self._order[slice(*self._cuts[self._turns[turn]])]
        empty = np.full(-len(rows) % self._replicas, -1)
        return self._text.features(np.append(rows, empty))

    def dataset(
        self, first: int = 0, last: int | None = None, shard: Shard = Shard()
    ):
        """Batches from one number to before another, or endlessly.

        Args:
            first: number of the first batch.
            last: number of the first that is not there; None for no end.
            shard: the part of each batch to read.

        Returns:
            A `tf.data.Dataset`, with a batch for each replica in turn.
        """
        import tensorflow as tf

        own = shard.pipeline * shard.replicas + np.arange(shard.replicas)

        def read():
            numbers = itertools.count(first) if last is None else None
            for number in numbers or range(first, last):
                features = self[number]
                for part in own:
                    yield {
                        name: array[part :: self._replicas]
                        for name, array in features.items()
                    }

        spec = tf.TensorSpec((None, None), tf.int32)
        names = self._text.features([0])
        return tf.data.Dataset.from_generator(
            read, output_signature=dict.fromkeys(names, spec)
        ).prefetch(tf.data.AUTOTUNE)

    def _draw(self, epoch: int) -> None:
        rng = np.random.default_rng([self._seed, epoch])
        order = rng.permutation(len(self._text))
        # A stable sort leaves those of one length in random order.
        by_length = np.argsort(-self._text.lengths[order], kind="stable")
        self._order, self._turns = order[by_length], rng.permutation(len(self))
        self._epoch = epoch


def _cuts(lengths: np.ndarray, tokens: int, replicas: int) -> np.ndarray:
    """Where batches begin and end among passages, the longest first."""
    cuts, start = [], 0
    while start < len(lengths):
        rows = tokens // int(lengths[start]) // replicas * replicas
        end = min(start + max(rows, replicas), len(lengths))
        cuts.append((start, end))
        start = end
    return np.array(cuts)
