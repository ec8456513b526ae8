"""Batches of sequences of about the same length."""

import functools
import math

import keras
import numpy as np

from albert_tf.data.encodings import Encodings


class BucketedBatches(keras.utils.PyDataset):
    """Batches for `fit`, `evaluate` and `predict` with next to no padding.

    Every batch is padded to its own longest sequence only, and holds sequences
    of about the same length. With `shuffle`, each epoch puts all examples in a
    new order, cuts it into windows of 64 batches (a quarter of the examples
    where there are few), sorts each window by length, cuts it into batches,
    and puts the batches in a new order: the wider the windows the less
    padding, the narrower the freer the choice of an example's neighbours.
    Without, everything is sorted by length.

    The longest batch always comes first and one of another length second.
    Keras takes the shapes that TensorFlow is told to expect from these two: a
    length that they share would be demanded from all others. It also means
    that a machine with too little memory says so in the first step.

    Give `fit` `shuffle=False`: its default would put the batches in another
    order, drawn from Python's own generator. Keras calls `on_epoch_end`, which
    draws the next order, once before the first step too, so that `fit` starts
    with `epoch` 1. Leave `steps_per_epoch` alone: an order would end half-way.

    Under `tf.distribute` each batch is split among the replicas, also an odd
    one; the loss is the mean of the replicas' means, so B should be divisible
    by their number. In the one odd batch of an epoch the weights of the
    examples then differ a little.

    Args:
        encodings: n `Encoding`s, best as `Encodings`.
        targets: an array with n rows; a list of n arrays, whose rows are
            those of the tokens, or of others such as a translation's, and
            which are filled up with -1; a dictionary of such, maybe within
            another one; or None. What is longer than the sequence makes this
            one's padding longer.
        weights: floats [n], the weight of each example in the loss, or None.
            Needs targets.
        inputs: what the model takes besides, by name: int arrays [n, ...].
        batch_size: B; one batch an epoch has the remainder.
        shuffle: whether each epoch has an order of its own.
        seed: what the orders are drawn from, together with the epoch's number.

    Attributes:
        order: int [n], the index of every example in the order of the
            current epoch.
    """

    def __init__(
        self,
        encodings,
        targets=None,
        weights=None,
        inputs=None,
        *,
        batch_size,
        shuffle=False,
        seed=0,
    ):
        super().__init__()
        if not encodings:
            raise ValueError("there are no encodings to make batches of")
        if weights is not None and targets is None:
            raise ValueError("weights need targets")
        named = _by_name(targets)
        self._inputs = inputs or {}
        columns = {**named, "weights": weights, **self._inputs}
        for name, array in columns.items():
            if array is not None and len(array) != len(encodings):
                raise ValueError(
                    f"{len(encodings)} encodings, but {len(array)} {name}"
                )
        if not isinstance(encodings, Encodings):
            encodings = Encodings(encodings)
        self._encodings = encodings
        self._targets = targets
        self._weights = None if weights is None else np.asarray(weights)
        # One length a batch: see above what Keras takes for granted else.
        self._lengths = functools.reduce(
            np.maximum, map(_lengths, named.values()), encodings.lengths
        )
        self._batch_size = batch_size
        self._shuffle = shuffle
        self._seed = seed
        self.start_epoch(0)

    def start_epoch(self, epoch: int) -> None:
        """Goes to the order of an epoch."""
        self.epoch = epoch
        self._batches = self._draw_batches()
        self.order = np.concatenate(self._batches)

    def _draw_batches(self):
        number = len(self)
        order = np.arange(self.num_examples)
        if not self._shuffle:
            return self._longest_first(self._cut(order, number))
        rng = np.random.default_rng([self._seed, self.epoch])
        rng.shuffle(order)
        batches = self._cut(order, min(64, math.ceil(number / 4)))
        if len({self._padded_length(rows) for rows in batches}) == 1:
            # Few short examples, each beside a longest one. Sorting them all
            # makes a shorter batch wherever one can be made, so that this
            # epoch and all others show Keras the same shapes.
            batches = self._cut(order, number)
        return self._longest_first(
            [batches[index] for index in rng.permutation(number)]
        )

    def _cut(self, order, window_batches):
        """Sorts each window, longest first, and cuts it into batches.

        Longest first, so that the odd batch at the end has short examples.
        """
        batches = []
        window_size = window_batches * self._batch_size
        for start in range(0, len(order), window_size):
            window = order[start : start + window_size]
            # A stable sort leaves examples of one length in random order.
            window = window[np.argsort(-self._lengths[window], kind="stable")]
            batches += [
                window[first : first + self._batch_size]
                for first in range(0, len(window), self._batch_size)
            ]
        return batches

    def _longest_first(self, batches):
        lengths = [self._padded_length(rows) for rows in batches]
        batches.insert(0, batches.pop(int(np.argmax(lengths))))
        for index, rows in enumerate(batches):
            if self._padded_length(rows) < max(lengths):
                batches.insert(1, batches.pop(index))
                break
        return batches

    def _padded_length(self, rows):
        return self._lengths[rows].max()

    @property
    def num_examples(self) -> int:
        """How many examples an epoch has."""
        return len(self._encodings)

    @property
    def num_batches(self) -> int:
        """How many batches an epoch has."""
        return len(self)

    def __len__(self):
        return math.ceil(self.num_examples / self._batch_size)

    def __getitem__(self, index):
        """The batch at a place of the current epoch.

        Args:
            index: 0 ... `num_batches` - 1.

        Returns:
            `(features, targets, weights)`, as many of these as were given:
            those of `Encodings` with the further inputs, targets [B, ...]
            and weights [B].
        """
        rows = self._batches[index]
        features = self._encodings.features(rows, self._padded_length(rows))
        for name, values in self._inputs.items():
            features[name] = values[rows]
        batch = [features]
        if self._targets is not None:
            batch.append(_take(self._targets, rows, self._padded_length(rows)))
        if self._weights is not None:
            batch.append(self._weights[rows])
        return tuple(batch)

    def on_epoch_end(self):
        """Goes on to the order of the next epoch."""
        if self._shuffle:
            self.start_epoch(self.epoch + 1)

    def tokens(self, index) -> int:
        """How many real tokens a batch of the current epoch has."""
        return int(self._encodings.num_tokens[self._batches[index]].sum())

    @property
    def truncated_share(self) -> float:
        """The share of examples that lost tokens to `max_length`."""
        return float((self._encodings.num_truncated > 0).mean())

    @property
    def padded_share(self) -> float:
        """The share of padding in all positions of the current epoch."""
        positions = (self._encodings.choices or 1) * sum(
            len(rows) * self._padded_length(rows) for rows in self._batches
        )
        return 1 - float(self._encodings.num_tokens.sum() / positions)

    def restore(self, outputs):
        """Puts the rows of `predict` back into the order of the examples.

        Args:
            outputs: an array or list of n rows, row i for example `order[i]`.

        Returns:
            The same rows, row i for example i.
        """
        if self._shuffle:
            raise ValueError("predict with shuffle=False; orders are forgotten")
        place = np.argsort(self.order)
        if isinstance(outputs, list):
            return [outputs[index] for index in place]
        return outputs[place]


def _by_name(targets, name="targets", outer=""):
    """The arrays and lists in `targets`, by name."""
    if not isinstance(targets, dict):
        return {name: targets}
    return {
        inner: values
        for key, part in targets.items()
        for inner, values in _by_name(
            part, f"{outer}{key}", f"{outer}{key}/"
        ).items()
    }


def _lengths(targets):
    """How long the targets of tokens are; 0 for others."""
    if isinstance(targets, list) and np.ndim(targets[0]):
        return np.array([len(target) for target in targets])
    return 0


def _take(targets, rows, length):
    """The targets of some rows; those of tokens filled up to `length`."""
    if isinstance(targets, dict):
        return {k: _take(v, rows, length) for k, v in targets.items()}
    if isinstance(targets, list) and np.ndim(targets[rows[0]]):
        taken = np.full(
            (len(rows), length, *np.shape(targets[rows[0]])[1:]),
            -1,
            np.asarray(targets[rows[0]]).dtype,
        )
        for filled, row in zip(taken, rows, strict=True):
            filled[: len(targets[row])] = targets[row]
        return taken
    return np.asarray(targets)[rows]
