import dataclasses

import numpy as np
import pytest

from albert_tf.checkpoints.deepening import deepen
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models import AlbertEncoder
from albert_tf.models.assignment import to_checkpoint
from albert_tf.models.loading import make_model

PICO = AlbertConfig.from_preset("albert_pico")


def deepened(layers, **changes):
    config = dataclasses.replace(PICO, **changes)
    shallow = AlbertEncoder(config)
    deep = make_model(AlbertEncoder, deepen(to_checkpoint(shallow), layers))
    assert deep.config.num_hidden_layers == layers
    return shallow.named_weights(), deep.named_weights()


def test_shared_layers_are_applied_more_often():
    shallow, deep = deepened(12)
    assert shallow.keys() == deep.keys()
    for name, weight in shallow.items():
        np.testing.assert_array_equal(weight, deep[name])


def test_unshared_layers_are_repeated_in_their_order():
    shallow, deep = deepened(4, num_hidden_layers=2, sharing="none")
    name = "transformer/block_{}/attention/query/kernel"
    for block, source in enumerate([0, 0, 1, 1]):
        np.testing.assert_array_equal(
            deep[name.format(block)], shallow[name.format(source)]
        )


@pytest.mark.parametrize("sharing", ["attention", "feed_forward"])
def test_partly_shared_layers(sharing):
    shallow, deep = deepened(4, num_hidden_layers=2, sharing=sharing)
    name = "transformer/block_{}/attention_layer_norm/gamma"
    assert name.format(3) in deep
    assert len(deep) > len(shallow)


def test_groups_keep_their_share_of_the_depth():
    shallow, deep = deepened(6, num_hidden_layers=2, num_hidden_groups=2)
    assert shallow.keys() == deep.keys()


def test_fewer_layers_than_groups():
    with pytest.raises(UserError, match="2 groups of layers"):
        deepened(1, num_hidden_layers=2, num_hidden_groups=2)
