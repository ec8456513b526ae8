"""Every mistake gets one line, and leaves nothing behind."""

import dataclasses
import json
import shutil
import sys

import huggingface_hub
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from albert_tf.checkpoints import read_checkpoint
from albert_tf.checkpoints.tensorflow_checkpoint import write_tensorflow
from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertClassifier,
    AlbertEncoder,
    AlbertPretrainer,
    heads,
)
from albert_tf.models.assignment import assign_weights
from albert_tf.tokenizers import WordPieceTokenizer

FORMATS = ["albert_tf", "huggingface", "tf1"]


@pytest.fixture
def refused():
    """Calls a function and gives the one line that it raised."""

    def call(function, *args, **kwargs):
        with pytest.raises(UserError) as caught:
            function(*args, **kwargs)
        message = str(caught.value)
        assert "\n" not in message
        return message

    return call


@pytest.fixture
def copy(tmp_path, data_dir):
    def copied(golden):
        return shutil.copytree(data_dir / golden, tmp_path / golden)

    return copied


def _rewrite(directory, change):
    path = directory / "model.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def _set_fields(path, **fields):
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


# === Sources that are not there ===


def test_near_presets_are_offered(refused):
    message = refused(AlbertEncoder.from_preset, "albert-base-v2")
    assert "'albert-base-v2' is neither a directory nor a preset" in message
    assert "did you mean hf:albert-base-v2 (of Hugging Face) or " in message
    assert "albert_base_v2" in message
    assert "hf:ID-or-directory" in message


@pytest.mark.parametrize("path", ["/no/such/place", "./nothing", "a/b/c"])
def test_no_such_directory(refused, path):
    assert path in refused(AlbertEncoder.from_preset, path)
    message = refused(AlbertEncoder.from_preset, f"hf:{path}")
    assert message == f"hf:{path}: no such directory"
    message = refused(AlbertEncoder.from_preset, f"tf1:{path}")
    assert f"there is no {path}.index" in message


def test_download_fails(refused, monkeypatch):
    def fail(source, allow_patterns):
        raise ConnectionError(f"cannot reach the hub for {source}\nmore")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    message = refused(AlbertEncoder.from_preset, "hf:albert/albert-base-v2")
    assert message.endswith("cannot reach the hub for albert/albert-base-v2")


def test_download(monkeypatch, data_dir):
    def fetch(source, allow_patterns):
        assert "*.safetensors" in allow_patterns
        return str(data_dir / source.split("/")[1])

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    model = AlbertEncoder.from_preset("hf:someone/hf_pretraining")
    assert model.config.hidden_size == 48


def test_directory_of_another_format(refused, data_dir):
    directory = data_dir / "hf_pretraining"
    message = refused(AlbertEncoder.from_preset, directory)
    assert f"hf:{directory}" in message
    assert f"tf1:{directory}" in message
    message = refused(AlbertEncoder.from_preset, f"tf1:{directory}")
    assert "must have one checkpoint, PREFIX.index, but has none" in message


def test_several_weight_files(refused, copy):
    directory = copy("hf_pretraining")
    path = directory / "model.safetensors"
    shutil.copy(path, directory / "a.safetensors")
    path.rename(directory / "b.safetensors")
    message = refused(AlbertEncoder.from_preset, f"hf:{directory}")
    assert "a.safetensors, b.safetensors" in message


def test_several_checkpoints(refused, copy):
    directory = copy("official_tf1_tiny")
    (directory / "model.ckpt-best.index").rename(directory / "a.index")
    (directory / "b.index").touch()
    message = refused(AlbertEncoder.from_preset, f"tf1:{directory}")
    assert "but has a, b; name its prefix" in message


def test_checkpoint_without_configuration(refused, copy):
    directory = copy("official_tf1_tiny")
    (directory / "albert_config.json").unlink()
    message = refused(AlbertEncoder.from_preset, f"tf1:{directory}")
    assert message.startswith(f"{directory}/albert_config.json: no such file")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "bert/encoder/layer_shared/attention/self/query/kernel",
            "brightmart/albert_zh's own code",
        ),
        ("bert/embeddings/word_embeddings_2", "brightmart/albert_zh's own"),
        ("bert/encoder/layer_0/intermediate/dense/bias", "is a checkpoint of"),
        (
            "model/albert/weight/.ATTRIBUTES/VARIABLE_VALUE",
            "of TensorFlow 2 objects; if tf-models-official wrote it, say "
            "tf_models:",
        ),
    ],
)
def test_other_layouts_are_told(refused, copy, name, words):
    prefix = copy("official_tf1_tiny") / "model.ckpt-best"
    arrays = {"bert/embeddings/word_embeddings": np.ones(2), name: np.ones(2)}
    write_tensorflow(prefix, arrays)
    message = refused(AlbertEncoder.from_preset, f"tf1:{prefix}")
    assert message.startswith(f"tf1:{prefix}: is a checkpoint of")
    assert words in message


# === Damaged files ===


@pytest.mark.parametrize("size", [0, 4, 50, -4])
@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_truncated_huggingface(refused, copy, name, size):
    directory = copy("hf_pretraining")
    path = directory / name
    path.write_bytes(path.read_bytes()[:size])
    assert str(path) in refused(AlbertEncoder.from_preset, f"hf:{directory}")


@pytest.mark.parametrize("size", [0, 40, -40])
@pytest.mark.parametrize("name", ["index", "data-00000-of-00001"])
def test_truncated_tf1(refused, copy, name, size):
    prefix = copy("official_tf1_tiny") / "model.ckpt-best"
    path = prefix.with_name(f"{prefix.name}.{name}")
    path.write_bytes(path.read_bytes()[:size])
    message = refused(AlbertEncoder.from_preset, f"tf1:{prefix}")
    assert message.startswith(f"{prefix}: truncated or damaged checkpoint")


@pytest.mark.parametrize(
    "name", ["config.json", "model.json", "weights.safetensors"]
)
def test_truncated_directory_of_ours(refused, tmp_path, small_config, name):
    AlbertEncoder(small_config).save_preset(tmp_path / "out")
    path = tmp_path / "out" / name
    path.write_bytes(path.read_bytes()[:-9])
    message = refused(AlbertEncoder.from_preset, tmp_path / "out")
    assert str(path) in message


def test_model_json_of_something_else(refused, tmp_path, small_config):
    AlbertEncoder(small_config).save_preset(tmp_path / "out")
    (tmp_path / "out" / "model.json").write_text('{"format": "other"}')
    message = refused(AlbertEncoder.from_preset, tmp_path / "out")
    assert 'must say "format": "albert_tf"' in message


# === Weights that do not fit ===


def test_missing_encoder_weights(refused, copy):
    directory = copy("hf_pretraining")
    name = "albert.embeddings.LayerNorm.bias"
    _rewrite(directory, lambda tensors: tensors.pop(name))
    message = refused(AlbertPretrainer.from_preset, f"hf:{directory}")
    assert message.endswith("lacks encoder/embedding/layer_norm/beta")


def test_missing_pooler(refused, copy):
    directory = copy("hf_pretraining")

    def drop(tensors):
        del tensors["albert.pooler.weight"], tensors["albert.pooler.bias"]

    _rewrite(directory, drop)
    assert AlbertEncoder.from_preset(f"hf:{directory}").pooler is None
    with pytest.warns(UserWarning, match="pooler/kernel.*new and random"):
        model = AlbertEncoder.from_preset(f"hf:{directory}", pooler=True)
    assert model.pooler is not None


@pytest.mark.parametrize(
    ("field", "value", "right", "weight"),
    [
        ("vocab_size", 201, 200, "token_embedding/embeddings"),
        ("max_position_embeddings", 32, 64, "position_embedding/embeddings"),
        ("type_vocab_size", 3, 2, "segment_embedding/embeddings"),
        ("intermediate_size", 80, 96, "feed_forward/intermediate/kernel"),
        ("embedding_size", 24, 16, "token_embedding/embeddings"),
    ],
)
@pytest.mark.parametrize("golden", ["hf_pretraining", "official_tf1_tiny"])
def test_misshapen(refused, copy, golden, field, value, right, weight):
    directory = copy(golden)
    _set_fields(next(directory.glob("*config.json")), **{field: value})
    source = ("hf:" if golden.startswith("hf") else "tf1:") + str(directory)
    message = refused(AlbertEncoder.from_preset, source)
    assert weight in message
    assert f"{field}={right} fits" in message


def test_misshapen_head(refused, copy):
    directory = copy("hf_sequence_classification")

    def cut(tensors):
        tensors["classifier.weight"] = tensors["classifier.weight"][:2]

    _rewrite(directory, cut)
    message = refused(AlbertClassifier.from_preset, f"hf:{directory}")
    assert "logits/kernel has shape (48, 2)" in message
    assert "(48, 3)" in message


def test_nothing_is_half_assigned(refused, copy, randomize, values):
    directory = copy("hf_pretraining")
    checkpoint = read_checkpoint(f"hf:{directory}", heads())
    checkpoint.weights["encoder/pooler/bias"] = np.zeros(7, "float32")
    model = randomize(AlbertEncoder(checkpoint.config))
    before = values(model)
    message = refused(assign_weights, model, checkpoint)
    assert "encoder/pooler/bias has shape (7,)" in message
    for name, value in values(model).items():
        np.testing.assert_array_equal(value, before[name])


def test_group_that_the_configuration_lacks_is_named(tmp_path, small_config):
    config = dataclasses.replace(small_config, num_hidden_groups=2)
    AlbertEncoder(config).save_preset(tmp_path / "out", "huggingface")
    _set_fields(tmp_path / "out" / "config.json", num_hidden_groups=1)
    with pytest.warns(UserWarning, match="albert_layer_groups.1"):
        AlbertEncoder.from_preset(f"hf:{tmp_path}/out")


# === Labels and vocabularies ===


def test_labels_are_needed(refused, data_dir):
    for source in ("albert_pico", f"hf:{data_dir}/hf_pretraining"):
        assert "as labels" in refused(AlbertClassifier.from_preset, source)


def test_vocabulary_of_another_size(refused, copy, letters):
    directory = copy("hf_sequence_classification")
    shutil.copy(letters, directory / "vocab.txt")
    message = refused(AlbertClassifier.from_preset, f"hf:{directory}")
    assert "31" in message
    assert "vocab_size=200" in message
    AlbertEncoder.from_preset(f"hf:{directory}")  # which takes no text


def test_several_vocabularies(refused, copy):
    directory = copy("hf_sequence_classification")
    for name in ("a.model", "b.model"):
        (directory / name).touch()
    message = refused(AlbertClassifier.from_preset, f"hf:{directory}")
    assert "a.model, b.model; keep the model's own only" in message


def test_encoder_takes_no_tokenizer(refused, letters):
    message = refused(
        AlbertEncoder.from_preset,
        "albert_pico",
        tokenizer=WordPieceTokenizer(letters),
    )
    assert "AlbertEncoder takes no text" in message


# === Writing ===


@pytest.mark.parametrize("form", FORMATS)
def test_existing_directory(refused, tmp_path, small_config, form):
    model = AlbertEncoder(small_config)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    message = refused(model.save_preset, tmp_path / "out", form)
    assert "exists already" in message
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"
    model.save_preset(tmp_path / "out", form, overwrite=True)
    assert not (tmp_path / "out" / "mine.txt").exists()


@pytest.mark.parametrize("form", FORMATS)
def test_full_disk(refused, tmp_path, small_config, monkeypatch, form):
    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", fail)
    monkeypatch.setattr("albert_tf.checkpoints.tf1.write_tensorflow", fail)
    model = AlbertEncoder(small_config)
    message = refused(model.save_preset, tmp_path / "out", form)
    assert str(tmp_path / "out") in message
    assert not list(tmp_path.iterdir())


def test_tensorflow_that_cannot_write(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        write_tensorflow(tmp_path / "file" / "x", {"a": np.ones(2)})


def test_library_that_is_not_installed(refused, monkeypatch):
    for module, source in (
        ("huggingface_hub", "hf:someone/albert"),
        ("keras_hub", "keras_hub:albert_base_en_uncased"),
    ):
        monkeypatch.setitem(sys.modules, module, None)
        assert "pip install" in refused(AlbertEncoder.from_preset, source)


@pytest.mark.parametrize("form", ["huggingface", "tf1"])
@pytest.mark.parametrize("sharing", ["attention", "feed_forward"])
def test_sharing_that_cannot_be_said(
    refused, tmp_path, small_config, form, sharing
):
    config = dataclasses.replace(small_config, sharing=sharing)
    message = refused(AlbertEncoder(config).save_preset, tmp_path / "out", form)
    assert f"sharing={sharing!r}" in message
    assert not list(tmp_path.iterdir())


def test_exact_gelu_cannot_be_said_to_google(refused, tmp_path, small_config):
    config = dataclasses.replace(small_config, hidden_act="gelu")
    message = refused(
        AlbertEncoder(config).save_preset, tmp_path / "out", "tf1"
    )
    assert "hidden_act='gelu'" in message
