"""A narrower encoder that keeps what the embedding gives."""

import numpy as np
import pytest

from albert_tf.checkpoints.shapes import weight_shapes
from albert_tf.compression import narrow
from albert_tf.errors import UserError
from albert_tf.models import AlbertEncoder
from albert_tf.models.loading import make_model

IDS = np.arange(5, 17, dtype="int32").reshape(2, 6)
INPUTS = {
    "token_ids": IDS,
    "segment_ids": IDS % 2,
    "padding_mask": np.ones_like(IDS),
}


@pytest.fixture
def wide(random_checkpoint):
    return random_checkpoint(
        embedding_size=16,
        hidden_size=128,
        num_attention_heads=2,
        intermediate_size=512,
        num_hidden_layers=4,
        num_hidden_groups=2,
        shared_norms=False,
    )


def embedded(checkpoint):
    encoder = make_model(AlbertEncoder, checkpoint, pooler=False)
    outputs = encoder(INPUTS, return_layers=True)["hidden_states"]
    return np.asarray(outputs[0]).reshape(12, -1)


def test_lengths_and_angles_of_the_embedding_stay(wide):
    before, after = embedded(wide), embedded(narrow(wide, 64))
    assert after.shape == (12, 64)
    np.testing.assert_allclose(after @ after.T, before @ before.T, rtol=1e-4)


def test_exactly_the_weights_of_the_narrow_encoder(wide):
    new = narrow(wide, 64)
    assert (new.config.num_attention_heads, new.config.intermediate_size) == (
        1,
        256,
    )
    expected = {
        name: shape
        for name, shape in weight_shapes(new.config)
        if name.startswith("encoder/") and "pooler" not in name
    }
    shapes = {name: array.shape for name, array in new.weights.items()}
    assert shapes == expected
    kernels = [x for n, x in new.weights.items() if "/block_0/" in n]
    kernels = [x for x in kernels if x.ndim == 2]
    assert all(0.015 < x.std() < 0.025 for x in kernels)


def test_the_seed_decides(wide):
    name = "encoder/transformer/block_0/attention/query/kernel"
    first, again, other = (
        narrow(wide, 64, seed).weights[name] for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0


def test_mistakes(wide, random_checkpoint):
    with pytest.raises(UserError, match="hidden_size=100 must be a multiple"):
        narrow(wide, 100)
    with pytest.raises(UserError, match="hidden_size=128 must be less than"):
        narrow(wide, 128)
    own = random_checkpoint(embedding_size=128, hidden_size=128)
    with pytest.raises(UserError, match="has no factorized embedding"):
        narrow(own, 64)
