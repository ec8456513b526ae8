"""Layers that had weights of their own share them."""

import itertools

import numpy as np
import pytest

from albert_tf.checkpoints import read_checkpoint
from albert_tf.checkpoints.shapes import weight_shapes
from albert_tf.compression import tie
from albert_tf.config import SHARING
from albert_tf.errors import UserError
from albert_tf.models import AlbertClassifier, AlbertEncoder, heads
from albert_tf.models.assignment import to_checkpoint
from albert_tf.models.loading import make_model

BLOCK = "encoder/transformer/block_{}/"
MATRIX = BLOCK + "feed_forward/intermediate/kernel"
BIAS = BLOCK + "feed_forward/intermediate/bias"
NORM = BLOCK + "attention_layer_norm/gamma"
INPUTS = {
    "token_ids": np.arange(10, dtype="int32").reshape(2, 5),
    "segment_ids": np.zeros((2, 5), "int32"),
    "padding_mask": np.ones((2, 5), "int32"),
}


def output(checkpoint):
    model = make_model(AlbertEncoder, checkpoint)
    return np.asarray(model(INPUTS)["sequence_output"])


def mean(checkpoint, name, blocks):
    arrays = [checkpoint.weights[name.format(k)] for k in blocks]
    return np.mean(arrays, 0, np.float64).astype("float32")


def test_matrices_of_a_group_are_averaged_and_vectors_are_not(
    random_checkpoint,
):
    old = random_checkpoint(num_hidden_layers=5, num_hidden_groups=5)
    new = tie(old, 2)
    for block, layers in ((0, [0, 1, 2]), (3, [3, 4])):
        expected = mean(old, MATRIX, layers)
        np.testing.assert_array_equal(
            new.weights[MATRIX.format(block)], expected
        )
    for layer, name in itertools.product(range(5), (BIAS, NORM)):
        name = name.format(layer)
        np.testing.assert_array_equal(new.weights[name], old.weights[name])
    assert MATRIX.format(1) not in new.weights


def test_vectors_are_averaged_if_they_are_shared(random_checkpoint):
    old = random_checkpoint(num_hidden_layers=5, num_hidden_groups=5)
    new = tie(old, 2, shared_norms=True)
    for name in (MATRIX, BIAS, NORM):
        for group, layers in enumerate(([0, 1, 2], [3, 4])):
            np.testing.assert_array_equal(
                new.weights[name.format(group)], mean(old, name, layers)
            )


def test_layers_that_are_shared_count_as_often_as_they_are_applied(
    random_checkpoint,
):
    old = random_checkpoint(num_hidden_layers=5, num_hidden_groups=3)
    new = tie(old, 1, shared_norms=True)
    np.testing.assert_array_equal(
        new.weights[MATRIX.format(0)], mean(old, MATRIX, [0, 0, 1, 1, 2])
    )


@pytest.mark.parametrize("sharing", SHARING)
@pytest.mark.parametrize("had_shared_norms", [True, False])
@pytest.mark.parametrize("inner", [1, 2])
def test_exactly_the_weights_of_the_tied_model(
    random_checkpoint, sharing, had_shared_norms, inner
):
    old = random_checkpoint(
        num_hidden_layers=3,
        sharing=sharing,
        shared_norms=had_shared_norms,
        inner_group_num=inner,
    )
    for groups, shared_norms in itertools.product((1, 2, 3), (True, False)):
        new = tie(old, groups, shared_norms)
        assert new.config.num_hidden_groups == groups
        assert new.config.shared_norms is shared_norms
        assert {n: a.shape for n, a in new.weights.items()} == dict(
            weight_shapes(new.config)
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"sharing": "none"},
        {"sharing": "attention"},
        {"sharing": "attention", "shared_norms": False},
        {"sharing": "feed_forward"},
        {"num_hidden_groups": 2, "inner_group_num": 2},
        {"num_hidden_groups": 2, "shared_norms": False},
    ],
    ids=str,
)
def test_with_a_group_for_each_layer_it_is_the_same_model(
    random_checkpoint, changes
):
    old = random_checkpoint(num_hidden_layers=3, **changes)
    np.testing.assert_array_equal(output(tie(old, 3)), output(old))


def test_nothing_changes_where_nothing_differs(random_checkpoint):
    old = random_checkpoint(num_hidden_layers=3)
    for shared_norms in (True, False):
        new = tie(old, 1, shared_norms)
        np.testing.assert_array_equal(output(new), output(old))


def test_a_bert_keeps_what_is_not_in_its_layers(data_dir):
    directory = data_dir / "hf_bert" / "BertForSequenceClassification"
    old = read_checkpoint(f"hf:{directory}", heads())
    new = tie(old, 2)
    model = make_model(AlbertClassifier, new)
    assert model.labels == make_model(AlbertClassifier, old).labels
    again = to_checkpoint(model).weights
    for name, array in old.weights.items():
        if "transformer/" not in name:
            np.testing.assert_array_equal(again[name], array)


def test_mistakes(random_checkpoint):
    old = random_checkpoint()
    with pytest.raises(UserError, match="groups=3 must be at most 2, the num"):
        tie(old, 3)
    with pytest.raises(UserError, match="groups=0 must be at least 1"):
        tie(old, 0)
    with pytest.raises(UserError, match="albert_pico.* has no weights"):
        tie(read_checkpoint("albert_pico"), 1)
