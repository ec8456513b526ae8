import dataclasses
import json

import pytest

from albert_tf.config import PRESETS, VARIANTS, AlbertConfig
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
    if not config.shared_norms:
        with pytest.raises(UserError, match="shared_norms=False cannot be"):
            config.to_huggingface()
        return
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
        (
            {"num_hidden_layers": 5_001, "inner_group_num": 2},
            "num_hidden_layers=5001 times inner_group_num=2 must be at most",
        ),
        ({"vocab_size": "30000"}, "vocab_size='30000' must be a whole"),
        ({"vocab_size": True}, "vocab_size=True must be a whole"),
        ({"hidden_dropout_prob": 1.0}, "hidden_dropout_prob=1.0 must be"),
        ({"hidden_act": "mish"}, "hidden_act='mish' must be one of gelu"),
        ({"sharing": "some"}, "sharing='some' must be one of all"),
        ({"project_equal_sizes": 1}, "project_equal_sizes=1 must be True or"),
        ({"project_equal_sizes": True}, "project_equal_sizes=True must be Fal"),
        ({"shared_norms": 0}, "shared_norms=0 must be True or False"),
        ({"layer_adapters": -1}, "layer_adapters=-1 must be a whole number at"),
        ({"layer_adapters": True}, "layer_adapters=True must be a whole"),
        ({"layer_adapters": 4}, "layer_adapters=4 needs sharing='all' with s"),
        (
            {"layer_adapters": 4, "shared_norms": False, "sharing": "none"},
            "layer_adapters=4 needs sharing='all' with shared_norms=False",
        ),
        (
            {"cross_layer_attention": True, "num_parallel_encoders": 2},
            "cross_layer_attention=True does not go with num_parallel_encoders",
        ),
        ({"layer_adapters": 769}, "layer_adapters=769 must be at most hidden"),
        (
            {"soft_segments": True, "type_vocab_size": 1},
            "soft_segments=True needs type_vocab_size=1 to be at least 2",
        ),
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


@pytest.mark.parametrize(("layers", "groups"), [(4, 2), (5, 2), (7, 5), (3, 3)])
def test_layers_of_a_group_are_those_that_say_so(layers, groups):
    config = AlbertConfig(num_hidden_layers=layers, num_hidden_groups=groups)
    for group in range(groups):
        assert list(config.layers_of_group(group)) == [
            i for i in range(layers) if config.group_of_layer(i) == group
        ]


def test_layers_with_norms_of_their_own_are_blocks():
    config = AlbertConfig(
        num_hidden_layers=5,
        num_hidden_groups=2,
        inner_group_num=2,
        shared_norms=False,
    )
    assert config.num_blocks == 10
    assert list(config.blocks_of_layer(4)) == [8, 9]
    owners = [config.owner(k, "attention") for k in range(10)]
    assert owners == [0, 1, 0, 1, 0, 1, 6, 7, 6, 7]


@pytest.mark.parametrize("sharing", ["attention", "feed_forward"])
@pytest.mark.parametrize("shared_norms", [True, False])
def test_owners_of_what_is_shared(sharing, shared_norms):
    config = AlbertConfig(sharing=sharing, shared_norms=shared_norms)
    for sublayer in ("attention", "feed_forward"):
        owners = [config.owner(k, sublayer) for k in range(12)]
        assert owners == ([0] * 12 if sublayer == sharing else [*range(12)])


@pytest.mark.parametrize(
    "nothing_shared", [{"sharing": "none"}, {"num_hidden_groups": 12}], ids=str
)
def test_norms_of_their_own_are_harmless_where_nothing_is_shared(
    nothing_shared,
):
    config = AlbertConfig(hidden_act="relu", **nothing_shared)
    own = dataclasses.replace(config, shared_norms=False)
    assert own.num_blocks == config.num_blocks
    assert own.to_huggingface() == config.to_huggingface()
    assert own.to_google() == config.to_google()
    for k in range(config.num_blocks):
        assert own.blocks_of_layer(k) == config.blocks_of_layer(k)
        assert own.owner(k, "attention") == k


def test_norms_of_their_own_are_refused_elsewhere():
    config = AlbertConfig(num_hidden_groups=2, shared_norms=False)
    for publish in (config.to_huggingface, config.to_google):
        with pytest.raises(UserError, match="shared_norms=False cannot be sa"):
            publish()


VARIANTS_ON = {
    "layer_adapters": {"layer_adapters": 4, "shared_norms": False},
    "cross_layer_attention": {"cross_layer_attention": True},
    "soft_segments": {"soft_segments": True},
}


@pytest.mark.parametrize("name", VARIANTS)
def test_variants_are_refused_elsewhere(name):
    config = AlbertConfig(**VARIANTS_ON[name])
    for publish in (config.to_huggingface, config.to_google):
        with pytest.raises(UserError, match=f"{name}=.* cannot be said in"):
            publish()
    plain = config.without_variants()
    assert plain == dataclasses.replace(
        AlbertConfig(), shared_norms=config.shared_norms
    )


def test_unknown_preset_offers_near_names():
    with pytest.raises(UserError, match="did you mean albert_base_v"):
        AlbertConfig.from_preset("albert_bas_v2")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a readable JSON"),
        ("[1]", "must hold a JSON object"),
        ("{}", "vocab_size is missing"),
        ('{"vocab_size": 9, "model_type": "gpt2"}', "must be 'albert'"),
        ('{"vocab_size": 9, "ln_type": "preln"}', "must be 'postln'"),
        ('{"sharing": "all", "hiden_size": 9}', "no field hiden_size"),
    ],
)
def test_damaged_files_are_named(tmp_path, text, message):
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(UserError, match=f"config.json: .*{message}"):
        AlbertConfig.load(path)


# === What other libraries' files say ===

SMALL = {"vocab_size": 9, "hidden_size": 8, "num_attention_heads": 2}


def huggingface(**fields):
    return AlbertConfig.from_huggingface({**SMALL, **fields})


def google(**fields):
    return AlbertConfig.from_google({**SMALL, **fields})


@pytest.mark.parametrize(
    ("read", "theirs", "ours"),
    [
        (huggingface, "gelu", "gelu"),
        (huggingface, "gelu_python", "gelu"),
        (huggingface, "gelu_new", "gelu_new"),
        (huggingface, "gelu_fast", "gelu_new"),
        (huggingface, "gelu_accurate", "gelu_new"),
        (huggingface, "gelu_pytorch_tanh", "gelu_new"),
        (huggingface, "gelu_python_tanh", "gelu_new"),
        (huggingface, "swish", "silu"),
        (huggingface, "silu", "silu"),
        (huggingface, "tanh", "tanh"),
        (google, "gelu", "gelu_new"),
        (google, "GELU", "gelu_new"),
        (google, "relu", "relu"),
        (google, "", "linear"),
        (google, None, "linear"),
    ],
)
def test_names_of_activations(read, theirs, ours):
    assert read(hidden_act=theirs).hidden_act == ours


def test_activations_left_out():
    assert huggingface().hidden_act == google().hidden_act == "gelu_new"


@pytest.mark.parametrize(
    ("read", "field", "value"),
    [
        (huggingface, "hidden_act", "quick_gelu"),
        (huggingface, "hidden_act", None),
        (huggingface, "hidden_act", ["gelu"]),
        (huggingface, "position_embedding_type", "relative_key_query"),
        (huggingface, "is_decoder", True),
        (huggingface, "add_cross_attention", True),
        (huggingface, "pruned_heads", {"0": [1]}),
        (huggingface, "quantization_config", {"load_in_8bit": True}),
        (huggingface, "hidden_dropout_prob", "0.1"),
        (huggingface, "hidden_dropout_prob", None),
        (huggingface, "num_hidden_groups", 13),
        (huggingface, "layer_norm_eps", "1e-12"),
        (google, "hidden_act", "sigmoid"),
        (google, "net_structure_type", 1),
        (google, "gap_size", 2),
        (google, "num_memory_blocks", 1),
        (google, "down_scale_factor", 2),
        (google, "ln_type", "preln"),
    ],
)
def test_what_is_not_built_is_refused_by_name(read, field, value):
    with pytest.raises(UserError, match=field):
        read(**{field: value})


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "fields",
    [
        {"position_embedding_type": None, "pruned_heads": []},
        {"is_decoder": False, "quantization_config": None},
        {"chunk_size_feed_forward": 8, "tie_word_embeddings": False},
        {"num_memory_blocks": 3, "torch_dtype": "float16", "top_k": 50},
        {"id2label": {"0": "a"}, "problem_type": "regression"},
    ],
)
def test_what_changes_nothing_is_not_minded(fields):
    assert huggingface(**fields) == huggingface()


def test_rates_left_to_others():
    config = huggingface(hidden_dropout_prob=0.2, classifier_dropout_prob=None)
    assert config.classifier_dropout_prob == 0.2
    config = google(hidden_dropout_prob=None, attention_probs_dropout_prob=None)
    assert config == google()


@pytest.mark.parametrize("read", [huggingface, google])
def test_unknown_fields_are_told_once(read):
    message = "config.json: unknown fields are not used: layers, rotary$"
    with pytest.warns(UserWarning, match=message) as caught:
        config = read(rotary=9, layers=0.5)
    assert config == read()
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("fields", "format", "act"),
    [
        ({}, None, "gelu_new"),
        ({}, "huggingface", "gelu"),
        ({"architectures": ["AlbertModel"]}, None, "gelu"),
        ({"model_type": "albert"}, None, "gelu"),
    ],
)
def test_whose_gelu_a_file_means(tmp_path, fields, format, act):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**SMALL, "hidden_act": "gelu", **fields}))
    assert AlbertConfig.load(path, format).hidden_act == act


@pytest.mark.parametrize("act", ["gelu_new", "relu", "tanh", "linear"])
def test_activations_that_google_has(act):
    config = AlbertConfig(hidden_act=act)
    assert AlbertConfig.from_google(config.to_google()) == config
    with pytest.raises(UserError, match="hidden_act='silu'"):
        AlbertConfig(hidden_act="silu").to_google()


def test_missing_file(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        AlbertConfig.load(tmp_path / "none.json")


def test_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        AlbertConfig().hidden_size = 1
