"""A classifier of any depth out of one with a head after each layer."""

import dataclasses

import keras
import numpy as np
import pytest

from albert_tf.compression import stop_at
from albert_tf.config import AlbertConfig
from albert_tf.data.features import INPUTS
from albert_tf.errors import UserError
from albert_tf.models import AlbertClassifier, AlbertEarlyExitClassifier
from albert_tf.models.assignment import to_checkpoint
from albert_tf.models.loading import make_model

CONFIG = AlbertConfig(
    vocab_size=50,
    embedding_size=8,
    hidden_size=16,
    num_hidden_layers=4,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=16,
    initializer_range=0.5,
)


def model_of(**changes):
    keras.utils.set_random_seed(0)
    config = dataclasses.replace(CONFIG, **changes)
    return AlbertEarlyExitClassifier(
        config, ["a", "b", "c"], exit_threshold=0.9, temperatures=[1.0] * 4
    )


@pytest.mark.parametrize("layers", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "sharing",
    [{}, {"shared_norms": False}, {"num_hidden_groups": 4},
     {"inner_group_num": 2}],
    ids=str,
)  # fmt: skip
def test_answers_as_its_exit_does(layers, sharing):
    model = model_of(**sharing)
    ids = np.random.default_rng(0).integers(5, 50, (3, 9), dtype="int32")
    batch = dict(zip(INPUTS, (ids, 0 * ids, 0 * ids + 1), strict=True))
    expected = model(batch)["layer_logits"][:, layers - 1]
    made = stop_at(to_checkpoint(model), layers)
    assert made.config.num_hidden_layers == layers
    small = make_model(AlbertClassifier, made)
    assert type(small) is AlbertClassifier
    assert small.labels == ["a", "b", "c"]
    assert small.count_params() <= model.count_params()
    found = small(batch)["logits"]
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(found),
        keras.ops.convert_to_numpy(expected),
        atol=1e-5,
    )


def test_only_depths_that_share_evenly():
    config = dataclasses.replace(
        CONFIG, num_hidden_layers=6, num_hidden_groups=2
    )
    checkpoint = to_checkpoint(AlbertEarlyExitClassifier(config, ["a", "b"]))
    for layers in (4, 7):
        message = f"layers={layers} must be one of 1, 2, 3, 5, 6, "
        with pytest.raises(UserError, match=message):
            stop_at(checkpoint, layers)


def test_others_have_no_such_heads():
    model = AlbertClassifier(CONFIG, ["a", "b"])
    with pytest.raises(UserError, match="is an AlbertClassifier; only an"):
        stop_at(to_checkpoint(model), 2)
