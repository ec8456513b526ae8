import dataclasses

import pytest

from albert_tf.config import SHARING, AlbertConfig
from albert_tf.costs import file_bytes, multiply_accumulates, parameter_count

# Published counts of encoder and pooler.
PARAMETERS = {
    "albert_base_v1": 11_683_584,
    "albert_large_v1": 17_683_968,
    "albert_xlarge_v2": 58_724_864,
    "albert_xxlarge_v2": 222_595_584,
    "albert_tiny_zh": 4_080_520,
    "albert_small_zh": 4_742_272,
}


@pytest.mark.parametrize(("name", "parameters"), PARAMETERS.items())
def test_published_counts(name, parameters):
    assert parameter_count(AlbertConfig.from_preset(name)) == parameters


@pytest.mark.parametrize(
    ("embedding", "sharing", "millions"),
    [  # paper, table 4
        (768, "all", 31),
        (768, "attention", 83),
        (768, "feed_forward", 57),
        (768, "none", 108),
        (128, "all", 12),
        (128, "attention", 64),
        (128, "feed_forward", 38),
        (128, "none", 89),
    ],
)
def test_counts_of_the_papers_sharing_table(embedding, sharing, millions):
    config = AlbertConfig(embedding_size=embedding, sharing=sharing)
    assert parameter_count(config) / 1e6 == pytest.approx(millions, abs=1.1)


def test_norms_of_each_layer_cost_their_vectors():
    config = AlbertConfig(num_hidden_groups=2)
    own = dataclasses.replace(config, shared_norms=False)
    vectors = 4 * 768 + 3072 + 768 + 4 * 768  # biases and LayerNorm
    more = parameter_count(own) - parameter_count(config)
    assert more == (12 - 2) * vectors


def test_adapters_cost_two_thin_matrices_a_layer():
    own = AlbertConfig(num_hidden_groups=2, shared_norms=False)
    config = dataclasses.replace(own, layer_adapters=8)
    layer = 4 * 8 * (768 + 768) + 2 * 8 * (768 + 3072)
    more = parameter_count(config) - parameter_count(own)
    assert more == 12 * layer == 1_327_104
    operations = [multiply_accumulates(c, 128) for c in (own, config)]
    assert operations[1] - operations[0] == 128 * 12 * layer


def test_attention_across_layers_costs_a_gate_a_head():
    plain = AlbertConfig()
    config = AlbertConfig(cross_layer_attention=True)
    assert parameter_count(config) - parameter_count(plain) == 12
    operations = [multiply_accumulates(c, 128) for c in (plain, config)]
    more = 2 * 768 * 768 + 2 * 128 * 768  # keys and values; scores and sum
    assert operations[1] - operations[0] == 128 * 12 * more


def test_soft_segments_cost_a_row_of_logits_and_a_gate():
    plain, config = AlbertConfig(), AlbertConfig(soft_segments=True)
    more = parameter_count(config) - parameter_count(plain)
    assert more == 128 * 2 + 2 + 1
    operations = [multiply_accumulates(c, 128) for c in (plain, config)]
    assert operations[1] - operations[0] == 128 * 2 * 128 * 2


@pytest.mark.parametrize("sharing", SHARING)
def test_sharing_saves_no_operations(sharing):
    config = AlbertConfig(sharing=sharing)
    assert multiply_accumulates(config, 128) / 1e9 == pytest.approx(11.2, 0.01)


def test_bytes():
    config = AlbertConfig()
    assert file_bytes(config, "float32") == 4 * 11_683_584
    assert file_bytes(config, "int4") == 11_683_584 // 2
