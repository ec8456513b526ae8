import dataclasses
import json

import pytest

from albert_tf.config import PRESETS, AlbertConfig
from albert_tf.errors import UserError

GOLDEN_CONFIGS = [
    "official_tf1_tiny/albert_config.json",
    "hf_pretraining/config.json",
    "hf_sequence_classification/config.json",
]


@pytest.mark.parametrize("file", GOLDEN_CONFIGS)
def test_reads_the_published_forms(data_dir, file):
    config = AlbertConfig.load(data_dir / file)
    assert (config.vocab_size, config.embedding_size) == (200, 16)
    assert (config.hidden_size, config.num_hidden_layers) == (48, 5)


def test_googles_gelu_is_the_approximation(data_dir):
    google = AlbertConfig.load(
        data_dir / "official_tf1_tiny/albert_config.json"
    )
    exact = AlbertConfig.load(
        data_dir / "hf_sequence_classification/config.json"
    )
    assert google.hidden_act == "gelu_new"
    assert exact.hidden_act == "gelu"


def test_writes_googles_file_as_it_was(data_dir):
    path = data_dir / "official_tf1_tiny/albert_config.json"
    assert AlbertConfig.load(path).to_google() == json.loads(path.read_text())


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_round_trips(name, tmp_path):
    config = PRESETS[name]
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config.to_dict()))
    assert AlbertConfig.load(path) == config
    assert AlbertConfig.from_huggingface(config.to_huggingface()) == config
    if config.hidden_act != "gelu":
        back = AlbertConfig.from_google(config.to_google())
        assert back == config


def test_no_sharing_is_one_group_a_layer_elsewhere():
    config = AlbertConfig(sharing="none")
    assert config.to_huggingface()["num_hidden_groups"] == 12
    with pytest.raises(UserError, match="sharing='attention'"):
        AlbertConfig(sharing="attention").to_huggingface()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"hidden_size": 100},
            "num_attention_heads=12 must divide hidden_size",
        ),
        ({"num_hidden_layers": 0}, "num_hidden_layers=0 must be a whole"),
        ({"vocab_size": "30000"}, "vocab_size='30000' must be a whole"),
        ({"vocab_size": True}, "vocab_size=True must be a whole"),
        ({"hidden_dropout_prob": 1.0}, "hidden_dropout_prob=1.0 must be"),
        ({"hidden_act": "swish"}, "hidden_act='swish' must be one of gelu"),
        ({"sharing": "some"}, "sharing='some' must be one of all"),
        ({"num_hidden_groups": 13}, "num_hidden_groups=13 must be at most"),
        (
            {"num_hidden_groups": 2, "sharing": "none"},
            "num_hidden_groups=2 must be 1 with sharing='none'",
        ),
    ],
)
def test_validation_names_field_value_and_rule(change, message):
    with pytest.raises(UserError, match=message):
        AlbertConfig(**change)


def test_no_group_is_lost_to_rounding():
    config = AlbertConfig(num_hidden_layers=22, num_hidden_groups=22)
    groups = [config.blocks_of_layer(i)[0] for i in range(22)]
    assert groups == list(range(22))


def test_layers_of_groups_and_inner_groups():
    config = AlbertConfig(
        num_hidden_layers=4, num_hidden_groups=2, inner_group_num=2
    )
    blocks = [list(config.blocks_of_layer(i)) for i in range(4)]
    assert blocks == [[0, 1], [0, 1], [2, 3], [2, 3]]
    assert config.num_blocks == 4


def test_unknown_preset_offers_near_names():
    with pytest.raises(UserError, match="did you mean albert_base_v"):
        AlbertConfig.from_preset("albert_bas_v2")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a readable JSON"),
        ("[1]", "must hold a JSON object"),
        ("{}", "vocab_size is missing"),
        ('{"vocab_size": 9, "model_type": "bert"}', "must be 'albert'"),
        ('{"vocab_size": 9, "ln_type": "preln"}', "must be 'postln'"),
        ('{"sharing": "all", "hiden_size": 9}', "no field hiden_size"),
    ],
)
def test_damaged_files_are_named(tmp_path, text, message):
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(UserError, match=f"config.json: .*{message}"):
        AlbertConfig.load(path)


def test_missing_file(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        AlbertConfig.load(tmp_path / "none.json")


def test_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        AlbertConfig().hidden_size = 1
