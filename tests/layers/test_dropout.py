import itertools

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.layers.dropout import dropout, split_seed

pytestmark = pytest.mark.backend_agnostic

ONES = np.ones((200, 200), "float32")


def mask(seed, size=200):
    ones = ops.convert_to_tensor(ONES[:size, :size])
    return ops.convert_to_numpy(dropout(ones, 0.1, seed))


def test_drops_the_rate_and_keeps_the_mean(draw_seed):
    y = mask(draw_seed())
    assert set(np.unique(y.round(5))) == {0, np.float32(1 / 0.9).round(5)}
    assert (y == 0).mean() == pytest.approx(0.1, abs=0.005)
    assert y.mean() == pytest.approx(1, abs=0.01)


def test_nothing_without_seed_or_rate(draw_seed):
    assert dropout(ONES, 0.1, None) is ONES
    assert dropout(ONES, 0, draw_seed()) is ONES


def test_the_seed_alone_says_what_is_dropped(draw_seed):
    np.testing.assert_array_equal(mask(draw_seed(1)), mask(draw_seed(1)))
    assert (mask(draw_seed(1)) != mask(draw_seed(2))).any()


def test_no_part_of_any_pass_drops_what_another_does():
    generator = keras.random.SeedGenerator(7)
    masks = [
        mask(split_seed(seed, part), size=20)
        for seed in [generator.next() for _ in range(4)]
        for part in range(4)
    ]
    for one, other in itertools.combinations(masks, 2):
        assert (one != other).any()


def test_no_seed_stays_none():
    assert split_seed(None, 1) is None
