"""Fewer layers, taken from the whole depth."""

import numpy as np
import pytest

from albert_tf.checkpoints.shapes import weight_shapes
from albert_tf.compression import drop_layers
from albert_tf.config import SHARING
from albert_tf.errors import UserError

MATRIX = "encoder/transformer/block_{}/attention/query/kernel"
NORM = "encoder/transformer/block_{}/attention_layer_norm/gamma"


@pytest.mark.parametrize(
    ("layers", "kept"), [(6, [1, 3, 5, 7, 9, 11]), (5, [1, 3, 6, 8, 11])]
)
def test_kept_are_those_that_distillation_learns_from(
    random_checkpoint, layers, kept
):
    old = random_checkpoint(num_hidden_layers=12, num_hidden_groups=12)
    new = drop_layers(old, layers)
    assert new.config.num_hidden_layers == layers
    for name in (MATRIX, NORM):
        for layer, source in enumerate(kept):
            np.testing.assert_array_equal(
                new.weights[name.format(layer)],
                old.weights[name.format(source)],
            )


def test_one_group_stays_one_with_norms_of_their_own(random_checkpoint):
    old = random_checkpoint(num_hidden_layers=6, shared_norms=False)
    new = drop_layers(old, 3)
    assert new.config.num_hidden_groups == 1
    np.testing.assert_array_equal(
        new.weights[MATRIX.format(0)], old.weights[MATRIX.format(0)]
    )
    for layer, source in enumerate([1, 3, 5]):
        np.testing.assert_array_equal(
            new.weights[NORM.format(layer)], old.weights[NORM.format(source)]
        )


@pytest.mark.parametrize("sharing", SHARING)
@pytest.mark.parametrize("shared_norms", [True, False])
@pytest.mark.parametrize("inner", [1, 2])
def test_exactly_the_weights_of_the_shallow_model(
    random_checkpoint, sharing, shared_norms, inner
):
    old = random_checkpoint(
        num_hidden_layers=4,
        num_hidden_groups=2 if sharing == "all" else 1,
        inner_group_num=inner,
        sharing=sharing,
        shared_norms=shared_norms,
    )
    new = drop_layers(old, 3)
    shapes = {name: array.shape for name, array in new.weights.items()}
    assert shapes == dict(weight_shapes(new.config))


def test_mistakes(random_checkpoint):
    old = random_checkpoint(num_hidden_layers=4)
    with pytest.raises(UserError, match="layers=4 must be less than 4, the"):
        drop_layers(old, 4)
    with pytest.raises(UserError, match="layers=0"):
        drop_layers(old, 0)
