"""Which sequences are computed, when, and together with which."""

import threading

import numpy as np
import pytest

from albert_tf.data.rows import Rows
from albert_tf.serving.batcher import Batcher
from albert_tf.serving.metrics import Metrics
from albert_tf.serving.network import Network
from albert_tf.serving.refusal import Refusal
from albert_tf.serving.work import Work
from albert_tf.tokenizers import Encoding


def rows(*lengths):
    """One example's sequences of these lengths."""
    encodings = [
        Encoding([number + 1] * number, [0] * number, None, 0)
        for number in lengths
    ]
    return Rows(encodings, np.zeros(len(lengths), int))


class Sums:
    """A task whose answers are what the network says of the sequences."""

    def decode(self, outputs, rows, run):
        return outputs

    def answers(self, outputs, rows, examples):
        return [outputs]


def work(*examples):
    return Work(Sums(), ["text"] * len(examples), [rows(*x) for x in examples])


class Slow:
    """A network that keeps what it was given and waits to be let go."""

    run_method = None

    def __init__(self, budget=None):
        self.batch_tokens = budget
        self.batches = []
        self.may_run = threading.Event()
        self.has_begun = threading.Event()

    def __call__(self, sequences):
        self.has_begun.set()
        assert self.may_run.wait(10)
        lengths = [len(r.encodings[n].token_ids) for r, n in sequences]
        self.batches.append(lengths)
        if 13 in lengths:
            raise RuntimeError("unlucky")
        return [{"length": np.array(length)} for length in lengths]


def run(network, *works, max_tokens=1000, then=lambda: None):
    """Takes works in while the network computes a first one, of a token."""
    batcher = Batcher([network], max_tokens, Metrics())
    batcher.add(work((1,)))
    assert network.has_begun.wait(10)
    try:
        for one in works:
            batcher.add(one)
        then()
    finally:
        network.may_run.set()
        batcher.close()
    return network.batches[1:]


def test_requests_take_turns():
    large, small = work((5, 5), (5, 5)), work((7,))
    assert run(Slow(), large, small) == [[5], [7], [5], [5], [5]]
    assert [len(x["length"]) for x in large.answers.result()] == [2, 2]
    assert large.tokens == 20
    (answer,) = small.answers.result()
    assert answer["length"] == [7]


def test_like_lengths_go_together_within_the_budget():
    works = [work((80,)), work((10, 82)), work((75,), (90,)), work((64,))]
    batches = run(Slow(budget=1000), *works)
    assert batches == [[80, 82, 75, 90], [10], [64]]
    assert run(Slow(budget=270), *[work((80,)) for _ in range(5)]) == [
        [80] * 3,
        [80] * 2,
    ]
    assert run(Slow(budget=1), work((80,)), work((80,))) == [[80], [80]]


def test_at_most_an_eighth_is_padding():
    lengths = np.random.default_rng(0).integers(20, 200, 300)
    works = [work(tuple(some)) for some in lengths.reshape(30, 10)]
    batches = run(Slow(budget=1024), *works, max_tokens=100_000)
    assert sum(map(len, batches)) == 300
    for batch in batches:
        assert len(batch) == 1 or max(batch) * len(batch) <= 1024
        assert max(batch) <= batch[0] * 9 / 8
        assert min(batch) >= batch[0] * 7 / 8
    assert 300 / len(batches) > 4


def test_what_finds_no_room_is_refused():
    with pytest.raises(Refusal, match="60 tokens wait .* has 50;") as caught:
        run(Slow(), work((60,)), work((50,)), max_tokens=100)
    assert caught.value.status == 429
    assert caught.value.retry_after == 1


def test_who_has_gone_is_not_computed():
    gone, other = work((5,), (5,)), work((7,))
    batches = run(Slow(), gone, other, then=gone.answers.cancel)
    assert batches == [[7]]
    assert other.answers.result()


def test_a_failure_is_of_its_request_only():
    bad, good = work((13,), (5,)), work((7,))
    batches = run(Slow(), bad, good)
    assert batches == [[13], [7]]
    with pytest.raises(RuntimeError, match="unlucky"):
        bad.answers.result()
    assert good.answers.result()


def test_padding_is_cut_off_and_nothing_else():
    """Outputs with an axis of tokens, one as wide as the batch is long."""

    def model(features):
        ids = features["token_ids"]
        assert ((ids > 0) == features["padding_mask"]).all()
        by_class = np.repeat(ids.sum(1, keepdims=True), 6, 1)
        return {"by_token": ids.astype("float32"), "by_class": by_class}

    network = Network(model, 100, rows(3), max_length=6)
    found = network([(rows(2, 6), 1), (rows(4), 0)])
    assert [one["by_token"].tolist() for one in found] == [[7] * 6, [5] * 4]
    assert [one["by_class"].tolist() for one in found] == [[42] * 6, [20] * 6]
