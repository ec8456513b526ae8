"""Reading a text so that no position sees its own token."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.models import AlbertEncoder
from albert_tf.models.aligned_states import aligned_states, unmasked

pytestmark = pytest.mark.backend_agnostic

KINDS = [
    {},
    {"num_hidden_groups": 3},
    {"inner_group_num": 2},
    {"sharing": "attention", "shared_norms": False},
    {"embedding_size": 16},
]


def make(tiny, rematerialize=False, dtype="float32", **changes):
    """An encoder with weights so large that all tokens tell."""
    keras.utils.set_random_seed(0)
    config = dataclasses.replace(tiny, initializer_range=0.3, **changes)
    return AlbertEncoder(config, rematerialize=rematerialize, dtype=dtype)


def read(encoder, batch, **arguments):
    states = aligned_states(encoder, batch, **arguments)
    return ops.convert_to_numpy(ops.cast(states, "float32"))


def with_other_tokens(batch, position):
    ids = batch["token_ids"].copy()
    ids[:, position] = (ids[:, position] + 7) % 50
    return {**batch, "token_ids": ids}


@pytest.mark.parametrize("changes", KINDS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_a_position_sees_all_tokens_but_its_own(tiny, batch, dtype, changes):
    encoder = make(tiny, dtype=dtype, **changes)
    states = read(encoder, batch)
    assert states.shape == (4, 9, 16)
    least = 1e-5 if dtype == "float32" else 0
    for position in range(9):
        changed = read(encoder, with_other_tokens(batch, position))
        difference = np.abs(changed - states).max(-1)
        assert (difference[:, position] == 0).all()
        is_text = batch["padding_mask"].astype("bool")
        is_text[:, position] = False
        if position > 4:  # the second text is shorter
            is_text[1] = False
        assert (difference[is_text] > least).mean() > 0.9
        assert (difference[1] == 0).all() or position <= 4


def test_it_sees_where_it_is(tiny, batch):
    encoder = make(tiny)
    alike = {**batch, "token_ids": batch["token_ids"] * 0 + 7}
    states = read(encoder, alike)[0]
    assert np.abs(states[3] - states[4]).max() > 1e-3


def test_padding_changes_nothing(tiny, batch):
    encoder = make(tiny)
    row = {name: value[1:2] for name, value in batch.items()}
    shorter = {name: value[:, :5] for name, value in row.items()}
    np.testing.assert_allclose(
        read(encoder, row)[:, :5], read(encoder, shorter), atol=1e-5
    )
    assert np.isfinite(
        read(encoder, {**row, "padding_mask": row["padding_mask"] * 0})
    ).all()


def test_one_layer_is_a_block_that_attends_from_positions(tiny, batch):
    """Its residual too is of the position alone."""
    encoder = make(tiny, num_hidden_layers=1)
    embedding = encoder.embedding
    places = embedding.position_embedding(np.arange(9, dtype="int32"))
    places = embedding.projection(embedding.norm(places))
    words = embedding(batch["token_ids"], batch["segment_ids"])
    mask = batch["padding_mask"][:, None] * (1 - np.eye(9, dtype="int32"))
    queries = ops.stack([places] * 4)
    (block,) = encoder.transformer.blocks
    expected, _ = block(words, mask, queries=queries)
    np.testing.assert_allclose(
        read(encoder, batch), ops.convert_to_numpy(expected), atol=1e-6
    )


@pytest.mark.parametrize("rate", ["hidden", "attention_probs"])
def test_dropout_only_in_training(tiny, batch, rate):
    other = {"hidden": "attention_probs", "attention_probs": "hidden"}[rate]
    encoder = make(tiny, **{f"{other}_dropout_prob": 0.0})
    once, again = (read(encoder, batch, training=True) for _ in range(2))
    assert np.abs(once - again).max() > 1e-3
    assert np.abs(once - read(encoder, batch)).max() > 1e-3
    np.testing.assert_array_equal(read(encoder, batch), read(encoder, batch))


def test_the_text_before_it_was_masked(batch):
    positions = np.array([[1, 3, 0]] * 4, "int32")
    ids = np.array([[41, 42, 0]] * 4, "int32")
    weights = np.array([[1, 1, 0]] * 3 + [[0, 0, 0]], "float32")
    text = unmasked(
        {**batch, "masked_positions": positions},
        {"masked_lm_ids": ids, "masked_lm_weights": weights},
    )
    expected = batch["token_ids"].copy()
    expected[:3, 1], expected[:3, 3] = 41, 42
    np.testing.assert_array_equal(ops.convert_to_numpy(text), expected)
