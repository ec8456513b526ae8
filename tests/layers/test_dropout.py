import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.layers.dropout import dropout, split_seed

pytestmark = pytest.mark.backend_agnostic


def test_drops_the_rate_and_keeps_the_mean():
    x = np.ones((200, 200), "float32")
    y = ops.convert_to_numpy(
        dropout(x, 0.1, keras.random.SeedGenerator(7).next())
    )
    assert set(np.unique(y.round(5))) == {0, np.float32(1 / 0.9).round(5)}
    assert (y == 0).mean() == pytest.approx(0.1, abs=0.005)
    assert y.mean() == pytest.approx(1, abs=0.01)


def test_nothing_without_seed_or_rate():
    x = np.ones((3,), "float32")
    assert dropout(x, 0.1, None) is x
    assert dropout(x, 0, keras.random.SeedGenerator(7).next()) is x


def test_split_seeds_differ():
    seed = keras.random.SeedGenerator(7).next()
    seeds = {tuple(ops.convert_to_numpy(split_seed(seed, i))) for i in range(9)}
    assert len(seeds) == 9
    assert split_seed(None, 1) is None
