import dataclasses

import numpy as np
import pytest

from albert_tf.checkpoints import Checkpoint
from albert_tf.checkpoints.deepening import deepen
from albert_tf.checkpoints.shapes import weight_shapes
from albert_tf.config import SHARING, AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models import AlbertEncoder
from albert_tf.models.assignment import to_checkpoint
from albert_tf.models.loading import make_model

PICO = AlbertConfig.from_preset("albert_pico")


def deepened(layers, **changes):
    config = dataclasses.replace(PICO, **changes)
    shallow = AlbertEncoder(config)
    for i, weight in enumerate(shallow.weights):
        if len(weight.shape) == 1:  # else all biases are 0
            weight.assign(np.full(weight.shape, i))
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


@pytest.mark.parametrize(
    "sharing",
    [*({"sharing": name} for name in SHARING), {"num_hidden_groups": 2}],
    ids=str,
)
@pytest.mark.parametrize("shared_norms", [True, False])
@pytest.mark.parametrize("inner", [1, 2])
def test_exactly_the_weights_of_the_deeper_model(sharing, shared_norms, inner):
    config = dataclasses.replace(
        PICO, shared_norms=shared_norms, inner_group_num=inner, **sharing
    )
    checkpoint = deepen(_numbered(config), 5)
    assert {n: a.shape for n, a in checkpoint.weights.items()} == dict(
        weight_shapes(checkpoint.config)
    )


def test_partly_shared_layers_are_repeated_with_what_is_their_own():
    shallow, deep = deepened(4, num_hidden_layers=2, sharing="attention")
    name = "transformer/block_{}/feed_forward/output/kernel"
    for block, source in enumerate([0, 0, 1, 1]):
        np.testing.assert_array_equal(
            deep[name.format(block)], shallow[name.format(source)]
        )


@pytest.mark.parametrize(
    ("layers", "sources"),
    [
        (3, [0, 1, 3]),
        (5, [0, 1, 2, 3, 4]),
        (6, [0, 1, 2, 3, 3, 4]),
        (10, [0, 0, 1, 1, 2, 3, 3, 3, 4, 4]),
    ],
)
def test_vectors_stay_with_the_matrices_of_their_group(layers, sources):
    """Five layers in groups of three and two."""
    changes = {"num_hidden_layers": 5, "num_hidden_groups": 2}
    shallow, deep = deepened(layers, shared_norms=False, **changes)
    name = "transformer/block_{}/feed_forward/output/{}"
    for layer, source in enumerate(sources):
        np.testing.assert_array_equal(
            deep[name.format(layer, "bias")],
            shallow[name.format(source, "bias")],
        )
    matrices = [
        key for key in deep if key.endswith("feed_forward/output/kernel")
    ]
    first = name.format(0, "kernel")
    second = name.format(sources.index(3), "kernel")
    assert matrices == [first, second]
    np.testing.assert_array_equal(deep[first], shallow[first])
    np.testing.assert_array_equal(
        deep[second], shallow[name.format(3, "kernel")]
    )


def _numbered(config):
    """A checkpoint whose weights are all different numbers."""
    shapes = dict(weight_shapes(config))
    return Checkpoint(
        source="numbers",
        config=config,
        weights={
            name: np.broadcast_to(np.float32(i), shape)
            for i, (name, shape) in enumerate(shapes.items())
        },
        model_name="AlbertEncoder",
    )


def _applied(checkpoint):
    """The weight of the blocks in the order in which they are applied."""
    config = checkpoint.config
    name = "encoder/transformer/block_{}/attention/query/bias"
    return [
        checkpoint.weights[name.format(block)].item(0)
        for layer in range(config.num_hidden_layers)
        for block in config.blocks_of_layer(layer)
    ]


@pytest.mark.parametrize("layers", range(1, 13))
def test_no_block_is_lost(layers):
    configs = [
        dataclasses.replace(PICO, num_hidden_layers=layers, **changes)
        for changes in [
            {"sharing": "none"},
            *({"num_hidden_groups": g} for g in range(1, layers + 1)),
        ]
    ]
    for config in configs:
        old = _numbered(config)
        for deeper in range(layers, 25):
            new = deepen(old, deeper)
            # All of them, in their order.
            assert list(dict.fromkeys(_applied(new))) == list(
                dict.fromkeys(_applied(old))
            ), (config, deeper)


def test_fewer_layers_than_groups():
    with pytest.raises(UserError, match="2 groups of layers"):
        deepened(1, num_hidden_layers=2, num_hidden_groups=2)
