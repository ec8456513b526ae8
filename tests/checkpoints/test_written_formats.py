"""What is written is read back bit by bit, under the published names."""

import dataclasses
import json
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from safetensors import safe_open

from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertClassifier,
    AlbertEncoder,
    AlbertJointQuestionAnswerer,
    AlbertPretrainer,
    AlbertQuestionAnswerer,
    convert,
    load_model,
)
from albert_tf.tokenizers import SentencePieceTokenizer, WordPieceTokenizer

FORMATS = {"hf:": "huggingface", "tf1:": "tf1"}
VARIANTS = {
    "shared": {},
    "groups_and_inner_groups": {"num_hidden_groups": 2, "inner_group_num": 2},
    "not_shared": {"sharing": "none"},
    "not_shared_inner_groups": {"sharing": "none", "inner_group_num": 2},
    "equal_widths": {"embedding_size": 12},
    "nothing_shared": {"num_hidden_groups": 4, "shared_norms": False},
}
# No other library has these.
OUR_OWN_VARIANTS = {
    "attention": {"sharing": "attention"},
    "feed_forward": {"sharing": "feed_forward"},
    "own_norms": {"num_hidden_groups": 2, "shared_norms": False},
    "own_norms_attention": {"sharing": "attention", "shared_norms": False},
}


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_pretrainer(
    tmp_path, small_config, randomize, assert_same, source, variant
):
    config = dataclasses.replace(small_config, **VARIANTS[variant])
    model = randomize(AlbertPretrainer(config))
    model.save_preset(tmp_path / "out", FORMATS[source])
    loaded = AlbertPretrainer.from_preset(f"{source}{tmp_path}/out")
    assert_same(loaded, model)
    if config.sharing == "all" and config.shared_norms:
        assert loaded.config == config


@pytest.mark.parametrize("formats", [("hf:", "tf1:"), ("tf1:", "hf:")])
def test_pretrainer_without_the_order_head(
    tmp_path, small_config, randomize, assert_same, formats
):
    """It stays without, and without a pooler, on the way through both."""
    model = randomize(AlbertPretrainer(small_config, sentence_order=False))
    first, second = formats
    model.save_preset(tmp_path / "a", FORMATS[first])
    convert(f"{first}{tmp_path}/a", tmp_path / "b", FORMATS[second])
    for source in (f"{first}{tmp_path}/a", f"{second}{tmp_path}/b"):
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            loaded = AlbertPretrainer.from_preset(source)
        assert loaded.sentence_order_head is None
        assert_same(loaded, model)


@pytest.mark.parametrize("source", FORMATS)
def test_classifier(tmp_path, small_config, randomize, assert_same, source):
    labels = ["bad", "so-so", "good"]
    model = randomize(AlbertClassifier(small_config, labels))
    model.save_preset(tmp_path / "out", FORMATS[source])
    given = {} if source == "hf:" else {"labels": labels}
    loaded = AlbertClassifier.from_preset(f"{source}{tmp_path}/out", **given)
    assert_same(loaded, model)
    assert loaded.labels == labels


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("pooler", [True, False])
def test_encoder(
    tmp_path, small_config, randomize, assert_same, source, pooler
):
    model = randomize(AlbertEncoder(small_config, pooler=pooler))
    model.save_preset(tmp_path / "out", FORMATS[source])
    loaded = AlbertEncoder.from_preset(f"{source}{tmp_path}/out", pooler=pooler)
    assert_same(loaded, model)


@pytest.mark.parametrize("variant", [*VARIANTS, *OUR_OWN_VARIANTS])
def test_our_own_directory(
    tmp_path, small_config, randomize, assert_same, variant
):
    changes = {**VARIANTS, **OUR_OWN_VARIANTS}[variant]
    config = dataclasses.replace(small_config, **changes)
    model = randomize(AlbertEncoder(config, pooler=False, rematerialize=True))
    model.save_preset(tmp_path / "out")
    loaded = AlbertEncoder.from_preset(tmp_path / "out")
    assert_same(loaded, model)
    assert loaded.config == config
    assert loaded.get_config()["rematerialize"]


def test_our_own_classifier(
    tmp_path, small_config, letters, randomize, assert_same
):
    preprocessor = TextPreprocessor(WordPieceTokenizer(letters), max_length=9)
    model = randomize(
        AlbertClassifier(small_config, ["no", "yes"], preprocessor)
    )
    model.save_preset(tmp_path / "out")
    loaded = AlbertClassifier.from_preset(str(tmp_path / "out"))
    assert_same(loaded, model)
    assert loaded.labels == ["no", "yes"]
    assert loaded.preprocessor.max_length == 9
    expected = model.predict(["a b", "c"], verbose=0)["logits"]
    actual = loaded.predict(["a b", "c"], verbose=0)["logits"]
    np.testing.assert_array_equal(actual, expected)


def test_half_precision_is_kept(tmp_path, small_config, randomize, values):
    model = randomize(AlbertEncoder(small_config, dtype="bfloat16"))
    model.save_preset(tmp_path / "out")
    loaded = AlbertEncoder.from_preset(tmp_path / "out")
    wide = {k: v.astype("float32") for k, v in values(model).items()}
    for name, value in values(loaded).items():
        assert value.dtype == np.float32
        np.testing.assert_array_equal(value, wide[name])


def test_a_derived_class_is_written_as_ours(tmp_path, small_config):
    @keras.saving.register_keras_serializable(package="test")
    class Mine(AlbertClassifier):
        pass

    Mine(small_config, ["a", "b"]).save_preset(tmp_path / "out")
    assert AlbertClassifier.from_preset(tmp_path / "out").labels == ["a", "b"]
    assert type(Mine.from_preset(tmp_path / "out")) is Mine


# === The published names ===


def _golden_names(directory):
    with safe_open(directory / "model.safetensors", "np") as file:
        return {
            name: tuple(file.get_slice(name).get_shape())
            for name in file.keys()  # noqa: SIM118 (not a dict)
        }, file.metadata()


@pytest.mark.parametrize(
    ("golden", "model_class"),
    [
        ("hf_pretraining", AlbertPretrainer),
        ("hf_sequence_classification", AlbertClassifier),
    ],
)
def test_huggingface_file_equals_the_golden(
    tmp_path, data_dir, golden, model_class
):
    model = model_class.from_preset(f"hf:{data_dir / golden}")
    model.save_preset(tmp_path / "out", "huggingface")
    assert _golden_names(tmp_path / "out") == _golden_names(data_dir / golden)
    ours = json.loads((tmp_path / "out" / "config.json").read_text())
    theirs = json.loads((data_dir / golden / "config.json").read_text())
    del theirs["transformers_version"], theirs["tie_word_embeddings"]
    assert ours == theirs


def test_bare_encoder_has_no_prefix(tmp_path, small_config):
    AlbertEncoder(small_config).save_preset(tmp_path / "out", "huggingface")
    names, _ = _golden_names(tmp_path / "out")
    assert "embeddings.word_embeddings.weight" in names
    assert not any(name.startswith("albert.") for name in names)


def test_tf1_names_equal_the_official(tmp_path, data_dir):
    folder = data_dir / "official_tf1_tiny"
    model = AlbertPretrainer.from_preset(f"tf1:{folder}")
    model.save_preset(tmp_path / "out", "tf1")

    def shapes(directory):
        path = str(directory / "model.ckpt-best")
        reader = tf.train.load_checkpoint(path)
        return reader.get_variable_to_shape_map()

    official = shapes(folder)
    del official["global_step"]
    assert shapes(tmp_path / "out") == official
    ours, theirs = (
        AlbertConfig.load(d / "albert_config.json")
        for d in (tmp_path / "out", folder)
    )
    assert ours == theirs


def test_tf1_names_of_groups(tmp_path, small_config):
    config = dataclasses.replace(
        small_config, num_hidden_groups=2, inner_group_num=2
    )
    model = AlbertEncoder(config)
    model.save_preset(tmp_path / "out", "tf1")
    reader = tf.train.load_checkpoint(str(tmp_path / "out/model.ckpt-best"))
    name = (
        "bert/encoder/transformer/group_1/inner_group_0/attention_1/self/"
        "query/kernel"
    )
    block = model.named_weights()["transformer/block_2/attention/query/kernel"]
    np.testing.assert_array_equal(reader.get_tensor(name), block)


# The names and shapes in squad_utils.py of the official code, of H = 12.
QUESTION_HEADS = {
    AlbertQuestionAnswerer: {
        "cls/squad/output_weights": [2, 12],
        "cls/squad/output_bias": [2],
    },
    AlbertJointQuestionAnswerer: {
        "start_logits/dense/kernel": [12, 1],
        "start_logits/dense/bias": [1],
        "end_logits/dense_0/kernel": [24, 12],
        "end_logits/dense_0/bias": [12],
        "end_logits/LayerNorm/gamma": [12],
        "end_logits/LayerNorm/beta": [12],
        "end_logits/dense_1/kernel": [12, 1],
        "end_logits/dense_1/bias": [1],
        "answer_class/dense_0/kernel": [24, 12],
        "answer_class/dense_0/bias": [12],
        "answer_class/dense_1/kernel": [12, 1],
    },
}


@pytest.mark.parametrize("kind", QUESTION_HEADS)
def test_tf1_heads_of_question_answering(
    tmp_path, small_config, randomize, assert_same, kind
):
    model = randomize(kind(small_config))
    model.save_preset(tmp_path / "out", "tf1")
    reader = tf.train.load_checkpoint(str(tmp_path / "out/model.ckpt-best"))
    shapes = reader.get_variable_to_shape_map()
    head = {k: v for k, v in shapes.items() if not k.startswith("bert/")}
    assert head == QUESTION_HEADS[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        loaded = kind.from_preset(f"tf1:{tmp_path}/out")
    assert_same(loaded, model)
    assert type(load_model(f"tf1:{tmp_path}/out")) is kind


def test_hugging_face_has_no_joint_question_answerer(tmp_path, small_config):
    model = AlbertJointQuestionAnswerer(small_config)
    with pytest.raises(UserError, match="has no AlbertJointQuestionAnswerer"):
        model.save_preset(tmp_path / "out", "huggingface")


# === Vocabularies ===


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("lowercase", [True, False])
def test_wordpiece_travels(tmp_path, small_config, letters, source, lowercase):
    tokenizer = WordPieceTokenizer(letters, lowercase=lowercase)
    labels = ["a", "b"]
    model = AlbertClassifier(
        small_config, labels, TextPreprocessor(tokenizer, 16)
    )
    model.save_preset(tmp_path / "out", FORMATS[source])
    assert (tmp_path / "out" / "vocab.txt").exists()
    loaded = AlbertClassifier.from_preset(
        f"{source}{tmp_path}/out", labels=labels
    )
    text = "A b c"
    assert loaded.preprocessor.tokenizer.settings.lowercase == lowercase
    assert loaded.preprocessor([text])["token_ids"].tolist() == (
        model.preprocessor([text])["token_ids"].tolist()
    )


@pytest.mark.parametrize(
    ("tokenizer", "ids"),
    [(WordPieceTokenizer, (0, 101, 102)), (SentencePieceTokenizer, (0, 2, 3))],
)
def test_special_ids_are_the_vocabularys(
    tmp_path, small_config, tokenizer, ids
):
    tokenizer = tokenizer()  # the published Chinese and English ones
    config = dataclasses.replace(small_config, vocab_size=tokenizer.vocab_size)
    preprocessor = TextPreprocessor(tokenizer, 16)
    model = AlbertClassifier(config, ["a", "b"], preprocessor)
    model.save_preset(tmp_path / "out", "huggingface")
    published = json.loads((tmp_path / "out" / "config.json").read_text())
    names = ("pad_token_id", "bos_token_id", "eos_token_id")
    assert tuple(published[name] for name in names) == ids


@pytest.mark.parametrize("source", FORMATS)
def test_sentencepiece_travels(tmp_path, small_config, source):
    config = dataclasses.replace(small_config, vocab_size=30000)
    tokenizer = SentencePieceTokenizer()
    labels = ["a", "b"]
    model = AlbertClassifier(config, labels, TextPreprocessor(tokenizer, 16))
    model.save_preset(tmp_path / "out", FORMATS[source])
    assert (tmp_path / "out" / "spiece.model").exists()
    loaded = AlbertClassifier.from_preset(
        f"{source}{tmp_path}/out", labels=labels
    )
    assert isinstance(loaded.preprocessor.tokenizer, SentencePieceTokenizer)
    assert sorted(p.name for p in (tmp_path / "out").iterdir())[-2:] == [
        "spiece.model",
        "tokenizer_config.json",
    ]


# === Conversion ===


@pytest.mark.parametrize("format", FORMATS.values())
@pytest.mark.parametrize("variant", OUR_OWN_VARIANTS)
def test_refuses_what_the_format_cannot_say(
    tmp_path, small_config, format, variant
):
    changes = OUR_OWN_VARIANTS[variant]
    model = AlbertEncoder(dataclasses.replace(small_config, **changes))
    model.save_preset(tmp_path / "ours")
    message = "cannot be said in another library's format"
    with pytest.raises(UserError, match=message):
        model.save_preset(tmp_path / "theirs", format)
    with pytest.raises(UserError, match=message):
        convert(tmp_path / "ours", tmp_path / "theirs", format)
    assert [path.name for path in tmp_path.iterdir()] == ["ours"]


def test_convert_keeps_heads(tmp_path, data_dir, assert_same):
    golden = f"hf:{data_dir}/hf_pretraining"
    convert(golden, tmp_path / "tf1", "tf1")
    convert(f"tf1:{tmp_path}/tf1", tmp_path / "ours", "albert_tf")
    convert(tmp_path / "ours", tmp_path / "hf", "huggingface")
    expected = AlbertPretrainer.from_preset(golden)
    for prefix, name in [("tf1:", "tf1"), ("", "ours"), ("hf:", "hf")]:
        loaded = AlbertPretrainer.from_preset(f"{prefix}{tmp_path}/{name}")
        assert_same(loaded, expected)


def test_convert_takes_the_vocabulary_along(tmp_path, small_config, letters):
    AlbertPretrainer(small_config).save_preset(tmp_path / "tf1", "tf1")
    (tmp_path / "tf1" / "vocab.txt").write_bytes(letters.read_bytes())
    convert(f"tf1:{tmp_path}/tf1", tmp_path / "hf", "huggingface")
    assert (tmp_path / "hf" / "vocab.txt").read_bytes() == letters.read_bytes()


def test_convert_refuses(tmp_path, data_dir):
    golden = f"hf:{data_dir}/hf_pretraining"
    with pytest.raises(UserError, match="'onnx' must be one of albert_tf"):
        convert(golden, tmp_path / "out", "onnx")
    with pytest.raises(UserError, match="has no weights"):
        convert("albert_pico", tmp_path / "out", "tf1")
    with pytest.raises(UserError, match="exists already"):
        convert(golden, tmp_path, "tf1")
    assert not list(tmp_path.iterdir())
