import keras
import numpy as np
import pytest

from albert_tf.config import AlbertConfig


@pytest.fixture(scope="session")
def small_config():
    return AlbertConfig(
        vocab_size=31,
        embedding_size=8,
        hidden_size=12,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=20,
        max_position_embeddings=16,
    )


@pytest.fixture(scope="session")
def randomize():
    """Fills every weight, biases too, so that a wrong name cannot hide."""

    def fill(model, seed=0):
        rng = np.random.default_rng(seed)
        for weight in model.weights:
            value = rng.normal(size=weight.shape).astype("float32") * 0.3
            weight.assign(value)
        return model

    return fill


@pytest.fixture(scope="session")
def values():
    """The weights of a model as arrays by name."""

    def read(model):
        return {
            name: keras.ops.convert_to_numpy(weight)
            for name, weight in model.named_weights().items()
        }

    return read


@pytest.fixture(scope="session")
def assert_same(values):
    """Asserts that two models have the same weights, bit by bit."""

    def check(model, other):
        ours, theirs = values(model), values(other)
        assert ours.keys() == theirs.keys()
        for name, value in ours.items():
            np.testing.assert_array_equal(value, theirs[name], err_msg=name)

    return check


@pytest.fixture
def letters(tmp_path):
    """A WordPiece vocabulary of 31 pieces."""
    path = tmp_path / "letters.txt"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces += [chr(ord("a") + i) for i in range(26)]
    path.write_text("\n".join(pieces) + "\n", encoding="utf-8")
    return path
