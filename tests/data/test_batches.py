import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.data.batches import BucketedBatches
from albert_tf.tokenizers import Encoding

HERE = Path(__file__).parent


def encodings_of(lengths):
    """Encodings whose tokens all are the example's number."""
    return [
        Encoding([number] * length, [0] * length, None, 0)
        for number, length in enumerate(lengths)
    ]


def lengths_of(number, seed=0, low=3, high=60):
    return np.random.default_rng(seed).integers(low, high, number).tolist()


def examples_of(batches):
    """The numbers of the examples, batch by batch."""
    return [
        batches[index][0]["token_ids"][:, 0].tolist()
        for index in range(len(batches))
    ]


sizes = st.lists(st.integers(1, 9), min_size=1, max_size=120)


@given(sizes, st.integers(1, 20), st.booleans(), st.integers(0, 3))
def test_every_example_once_an_epoch(lengths, batch_size, shuffle, epochs):
    number = len(lengths)
    weights = np.arange(number) / 2
    batches = BucketedBatches(
        encodings_of(lengths),
        np.arange(number),
        weights,
        batch_size=batch_size,
        shuffle=shuffle,
    )
    for _ in range(epochs):
        batches.on_epoch_end()
    assert batches.num_batches == len(batches) == -(-number // batch_size)
    seen, positions = [], 0
    for index in range(len(batches)):
        features, labels, batch_weights = batches[index]
        # Only one batch is odd; it is padded to its own longest example.
        mask = features["padding_mask"]
        assert mask.any(axis=0).all()
        np.testing.assert_array_equal(features["token_ids"][:, 0], labels)
        np.testing.assert_array_equal(batch_weights, labels / 2)
        np.testing.assert_array_equal(
            mask.sum(axis=1), [lengths[label] for label in labels]
        )
        assert batches.tokens(index) == mask.sum()
        positions += mask.size
        seen.append(labels)
    assert sum(len(labels) < batch_size for labels in seen) <= 1
    np.testing.assert_array_equal(np.concatenate(seen), batches.order)
    assert sorted(batches.order) == list(range(number))
    assert batches.padded_share == pytest.approx(1 - sum(lengths) / positions)


@given(sizes, st.integers(1, 20), st.booleans())
def test_the_first_two_batches_tell_the_shapes(lengths, batch_size, shuffle):
    """What Keras takes from batches 0 and 1 must hold in every epoch."""
    batches = BucketedBatches(
        encodings_of(lengths), batch_size=batch_size, shuffle=shuffle
    )
    varying = set()
    for _ in range(8):
        widths = [
            batches[index][0]["token_ids"].shape[1]
            for index in range(len(batches))
        ]
        assert widths[0] == max(lengths)
        varying.add(len(set(widths[:2])) > 1)
        assert (len(set(widths)) > 1) == (len(set(widths[:2])) > 1)
        batches.on_epoch_end()
    assert len(varying) == 1


def test_few_short_examples_among_long_ones():
    """Windows of such examples often have one length; epochs must not."""
    lengths = [20] * 790 + [5] * 10
    batches = BucketedBatches(encodings_of(lengths), batch_size=8, shuffle=True)
    for _ in range(20):
        assert batches[1][0]["token_ids"].shape[1] == 5
        batches.on_epoch_end()


def epochs_of(seed, number=3):
    batches = BucketedBatches(
        encodings_of(lengths_of(2000)), batch_size=8, shuffle=True, seed=seed
    )
    epochs = []
    for _ in range(number):
        epochs.append(examples_of(batches))
        batches.on_epoch_end()
    return epochs


def test_same_seed_same_batches():
    assert epochs_of(seed=1) == epochs_of(seed=1)
    assert epochs_of(seed=1) != epochs_of(seed=2)


def test_epochs_differ():
    """Neighbours in one epoch are rarely neighbours in the next."""
    first, second, _ = epochs_of(seed=0)
    batch_of = {row: k for k, rows in enumerate(second) for row in rows}
    pairs = [
        batch_of[a] == batch_of[b]
        for rows in first
        for a in rows
        for b in rows
        if a < b
    ]
    # Sorting all examples at once would make it 0.2, fixed batches 1.
    assert np.mean(pairs) < 0.13


def test_batches_come_in_random_order():
    """No trend of the length over the epoch, beyond the two first batches."""
    means = []
    for epoch in epochs_of(seed=0, number=8):
        lengths = np.array(lengths_of(2000))
        trend = [lengths[rows].mean() for rows in epoch[2:]]
        means.append(np.corrcoef(trend, np.arange(len(trend)))[0, 1])
    # 248 batches: the correlation of chance has a deviation of 1/sqrt(248).
    assert abs(np.mean(means)) < 4 / np.sqrt(248 * 8)


def test_without_shuffling_nothing_changes_and_little_is_padded():
    lengths = lengths_of(1000)
    batches = BucketedBatches(encodings_of(lengths), batch_size=16)
    before = examples_of(batches)
    batches.on_epoch_end()
    assert examples_of(batches) == before
    assert batches.padded_share < 0.02


def test_shuffled_batches_are_little_padded():
    batches = BucketedBatches(
        encodings_of(lengths_of(10_000)), batch_size=16, shuffle=True
    )
    assert 0 < batches.padded_share < 0.05


def test_restore():
    batches = BucketedBatches(encodings_of(lengths_of(50)), batch_size=8)
    outputs = np.concatenate(
        [batches[k][0]["token_ids"][:, :1] for k in range(len(batches))]
    )
    np.testing.assert_array_equal(batches.restore(outputs)[:, 0], np.arange(50))
    shuffled = BucketedBatches(encodings_of([3, 4]), batch_size=1, shuffle=True)
    with pytest.raises(ValueError, match="shuffle=False"):
        shuffled.restore(outputs)


def test_features_only():
    batches = BucketedBatches(encodings_of([3, 4]), batch_size=2)
    (features,) = batches[0]
    assert features["token_ids"].shape == (2, 4)


def test_truncated_share():
    encodings = encodings_of([3, 4, 5, 6])
    encodings[2].num_truncated = 7
    batches = BucketedBatches(encodings, batch_size=2)
    assert batches.truncated_share == 0.25


@pytest.mark.parametrize(
    ("lengths", "options", "says"),
    [
        ([], {}, "no encodings"),
        ([3], {"targets": [1, 2]}, "1 encodings, but 2 targets"),
        ([3], {"targets": [1], "weights": [1, 2]}, "but 2 weights"),
        ([3], {"weights": [1]}, "weights need targets"),
    ],
)
def test_refuses(lengths, options, says):
    with pytest.raises(ValueError, match=says):
        BucketedBatches(encodings_of(lengths), batch_size=1, **options)


class Mean(keras.Model):
    """Mean of the real tokens' numbers, times a weight."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1, kernel_initializer="ones")

    def call(self, inputs):
        ops = keras.ops
        mask = ops.cast(inputs["padding_mask"], "float32")
        tokens = ops.cast(inputs["token_ids"], "float32") * mask
        return self.dense(
            ops.sum(tokens, axis=1, keepdims=True)
            / ops.sum(mask, axis=1, keepdims=True)
        )


@pytest.mark.slow
@settings(max_examples=5)
@given(st.sampled_from([[7] * 10, [7] * 9 + [2], [3, 9] * 20 + [4]]))
def test_fit_evaluate_and_predict(lengths):
    encodings = encodings_of(lengths)
    labels = np.arange(len(lengths), dtype="float32")
    model = Mean()
    model.compile("sgd", "mae", metrics=["mae"])
    model.optimizer.learning_rate = 0.0  # the outputs stay the numbers
    train = BucketedBatches(
        encodings, labels, np.ones(len(labels)), batch_size=4, shuffle=True
    )
    dev = BucketedBatches(encodings, labels, batch_size=4)
    history = model.fit(
        train, validation_data=dev, epochs=3, shuffle=False, verbose=0
    ).history
    assert history["loss"] == pytest.approx([0.0] * 3)
    assert history["val_mae"] == pytest.approx([0.0] * 3)
    test = BucketedBatches(encodings, batch_size=4)
    outputs = test.restore(model.predict(test, verbose=0))
    np.testing.assert_allclose(outputs[:, 0], labels)


@pytest.mark.slow
def test_two_devices_see_every_example():
    done = subprocess.run(
        [sys.executable, HERE / "mirrored_batches_case.py"],
        cwd=HERE.parents[1],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([".", *sys.path[1:]])},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
