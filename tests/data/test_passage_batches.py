import itertools

import numpy as np
import pytest
from small_vocabularies import wordpiece

from albert_tf.data.aligned_text import AlignedText
from albert_tf.data.passage_batches import PassageBatches
from albert_tf.data.shard import Shard


@pytest.fixture(scope="module")
def text(data_dir, tmp_path_factory):
    prose = (data_dir / "books_excerpt.txt").read_text(encoding="utf-8")
    tokenizer = wordpiece(tmp_path_factory.mktemp("vocabulary"), prose, 800)
    documents = [[x] for x in prose.split("\n") if x.strip()]
    return AlignedText(documents, tokenizer, tokenizer, length=64, seed=1)


def rows(batch):
    return [tuple(i for i in row if i >= 0) for row in batch["student"]]


def test_every_passage_comes_once_an_epoch(text):
    batches = PassageBatches(text, 512, seed=3)
    everything = sorted(
        row for k in range(len(text)) for row in rows(text.features([k]))
    )
    epochs = [
        [rows(batches[e * len(batches) + k]) for k in range(len(batches))]
        for e in range(2)
    ]
    for epoch in epochs:
        assert sorted(itertools.chain(*epoch)) == everything
    assert epochs[0] != epochs[1]
    assert {frozenset(x) for x in epochs[0]} != {
        frozenset(x) for x in epochs[1]
    }


def test_batches_are_full_and_hardly_padded(text):
    batches = PassageBatches(text, 2048, seed=3)
    arrays = [batches[k]["student"] for k in range(len(batches))]
    assert all(array.size <= 2048 for array in arrays)
    full = [array.size > 2048 - 64 for array in arrays]
    assert full.count(False) <= 1
    padding = sum((array < 0).sum() for array in arrays)
    assert padding < 0.05 * sum(array.size for array in arrays)


def test_a_batch_is_the_same_whenever_it_is_asked_for(text):
    one, other = PassageBatches(text, 512, seed=3), PassageBatches(text, 512, 3)
    numbers = np.random.default_rng(0).permutation(3 * len(one))
    for number in numbers:
        np.testing.assert_array_equal(
            one[number]["student"], other[number]["student"]
        )
        other[int(number) // 2]


@pytest.mark.parametrize("first", [0, 7])
def test_replicas_share_a_batch(text, first):
    batches = PassageBatches(text, 500, seed=3, replicas=4)
    shards = [Shard(pipeline, 2, 2) for pipeline in range(2)]
    last = len(batches) + 2
    parts = [
        [*batches.dataset(first, last, shard).as_numpy_iterator()]
        for shard in shards
    ]
    for step in range(first, last):
        place = 2 * (step - first)
        replicas = [part[place + k] for part in parts for k in range(2)]
        assert len({one["student"].shape for one in replicas}) == 1
        together = [row for one in replicas for row in rows(one)]
        assert sorted(together) == sorted(rows(batches[step]))


def test_without_an_end_it_goes_on(text):
    batches = PassageBatches(text, 2048, seed=3)
    taken = batches.dataset(1).take(2 * len(batches)).as_numpy_iterator()
    for number, batch in enumerate(taken, 1):
        np.testing.assert_array_equal(
            batch["student"], batches[number]["student"]
        )
