"""Lower layers learn more slowly."""

import re

import pytest

from albert_tf.config import AlbertConfig
from albert_tf.models import AlbertClassifier
from albert_tf.training.layer_rates import layer_rates


def rates_of(**changes):
    config = AlbertConfig(
        vocab_size=20,
        embedding_size=4,
        hidden_size=8,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=8,
        **changes,
    )
    model = AlbertClassifier(config, labels=["a", "b"])
    rates = layer_rates(model, 0.5)
    assert set(rates) == {w.path for w in model.trainable_variables}
    return rates


def found(rates, pattern):
    return {rate for path, rate in rates.items() if re.search(pattern, path)}


@pytest.mark.parametrize(
    ("changes", "blocks"),
    [
        ({"num_hidden_groups": 4}, [1 / 8, 1 / 4, 1 / 2, 1]),
        ({"num_hidden_groups": 2}, [1 / 4, 1]),
        ({"num_hidden_groups": 2, "num_parallel_encoders": 2}, [1 / 4, 1]),
        ({"num_hidden_groups": 1}, [1]),
        ({"sharing": "none"}, [1 / 8, 1 / 4, 1 / 2, 1]),
    ],
)
def test_a_shared_block_has_the_rate_of_its_topmost_layer(changes, blocks):
    rates = rates_of(**changes)
    for k, rate in enumerate(blocks):
        assert found(rates, f"/block_{k}/") == {rate}
    assert found(rates, "embedding/") == {1 / 16}
    assert found(rates, "pooler|logits") == {1}


def test_vectors_of_their_own_have_the_rate_of_their_layer():
    rates = rates_of(num_hidden_groups=2, shared_norms=False)
    for layer, rate in enumerate([1 / 8, 1 / 4, 1 / 2, 1]):
        assert found(rates, f"/block_{layer}/.*(bias|gamma|beta)") == {rate}
    assert found(rates, "/block_0/.*kernel") == {1 / 4}
    assert found(rates, "/block_2/.*kernel") == {1}


def test_so_have_adapters_of_their_own():
    rates = rates_of(shared_norms=False, layer_adapters=2)
    for layer, rate in enumerate([1 / 8, 1 / 4, 1 / 2, 1]):
        assert found(rates, f"/block_{layer}/.*adapter") == {rate}
    assert found(rates, "/block_0/.*kernel") == {1}


def test_a_shared_sublayer_has_the_rate_of_the_topmost_block():
    rates = rates_of(sharing="attention")
    assert found(rates, "/block_0/attention/") == {1}
    assert found(rates, "/block_0/feed_forward/") == {1 / 8}
    assert found(rates, "/block_3/feed_forward/") == {1}
