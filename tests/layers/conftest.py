import dataclasses

import keras
import numpy as np
import pytest

from albert_tf.config import AlbertConfig

TINY = AlbertConfig(
    vocab_size=50,
    embedding_size=8,
    hidden_size=16,
    num_hidden_layers=4,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=12,
)


@pytest.fixture(scope="session")
def tiny():
    """Makes a small configuration with some fields changed."""

    def make(**changes):
        return dataclasses.replace(TINY, **changes)

    return make


@pytest.fixture(scope="session")
def numpy():
    """Turns a tensor of any backend and dtype into a float32 array."""

    def convert(tensor):
        tensor = keras.ops.cast(tensor, "float32")
        return keras.ops.convert_to_numpy(tensor)

    return convert


@pytest.fixture(scope="session")
def randomize():
    """Fills every weight of what is built, biases too."""

    def fill(layer):
        rng = np.random.default_rng(0)
        for weight in layer.weights:
            mean = 1 if weight.name == "gamma" else 0
            weight.assign(rng.normal(mean, 0.3, weight.shape))
        return layer

    return fill


@pytest.fixture
def draw_seed():
    """A seed as the encoder draws it for a forward pass."""

    def draw(seed=1):
        return keras.random.SeedGenerator(seed).next()

    return draw


@pytest.fixture
def x():
    """What the layers take: two sequences of up to seven tokens."""
    return np.random.default_rng(0).normal(size=(2, 7, 16)).astype("float32")


@pytest.fixture
def mask():
    return np.array([[1] * 7, [1] * 4 + [0] * 3], "int32")
