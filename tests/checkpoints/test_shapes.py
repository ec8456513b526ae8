"""Shapes come from the configuration, and are compared before any reading."""

import dataclasses
import gzip
import json
import re
import shutil
import tracemalloc

import h5py
import numpy as np
import pytest
from safetensors.numpy import load_file
from torch_writer import Tensor, save_archive, save_stream

from albert_tf.checkpoints import read_checkpoint
from albert_tf.checkpoints.shapes import check_shapes, weight_shapes
from albert_tf.config import SHARING
from albert_tf.errors import UserError
from albert_tf.models import AlbertEncoder, AlbertPretrainer, heads

VARIANTS = [
    *({"sharing": sharing} for sharing in SHARING),
    {"sharing": "attention", "inner_group_num": 2},
    {"num_hidden_groups": 2, "inner_group_num": 2},
    {"embedding_size": 12},
    {"embedding_size": 12, "project_equal_sizes": True},
    *({"sharing": sharing, "shared_norms": False} for sharing in SHARING),
    {
        "num_hidden_layers": 5,
        "num_hidden_groups": 2,
        "inner_group_num": 2,
        "shared_norms": False,
    },
    {"shared_norms": False, "layer_adapters": 2, "inner_group_num": 2},
    {"sharing": "attention", "cross_layer_attention": True},
    {"soft_segments": True, "type_vocab_size": 3},
]


@pytest.mark.parametrize("changes", VARIANTS, ids=str)
def test_shapes_are_those_of_the_model(small_config, changes):
    config = dataclasses.replace(small_config, **changes)
    model = AlbertPretrainer(config)
    assert dict(weight_shapes(config)) == {
        name: tuple(weight.shape)
        for name, weight in model.named_weights().items()
    }


def test_all_that_is_wrong_is_named(small_config):
    shapes = dict(weight_shapes(small_config))
    config = dataclasses.replace(small_config, hidden_size=16)
    with pytest.raises(UserError) as caught:
        check_shapes(shapes, config, "here")
    assert str(caught.value).startswith(
        "here: encoder/embedding/projection/kernel has shape (8, 12), the "
        "configuration says (8, 16); hidden_size=12 fits (and also encoder/"
    )
    assert re.search(r"and \d+ more\)$", str(caught.value))


def test_thousands_of_layers_are_not_written_out(small_config):
    shapes = dict(weight_shapes(small_config))
    config = dataclasses.replace(
        small_config, num_hidden_layers=10_000, num_hidden_groups=10_000
    )
    with pytest.raises(UserError, match="lacks encoder/.* and 6 more") as e:
        check_shapes(shapes, config, "here")
    assert len(str(e.value)) < 1000


# === A refused checkpoint takes no memory ===


def _save(config, directory, kind, data_dir):
    """Writes a model in one of the forms that can be read."""
    if kind == "h5":
        golden = data_dir / "hf_tensorflow" / "AlbertModel"
        shutil.copytree(golden, directory)
        file = gzip.decompress((golden / "tf_model.h5.gz").read_bytes())
        (directory / "tf_model.h5").write_bytes(file)
        return
    model = AlbertEncoder(config)
    if kind in ("albert_tf", "huggingface", "tf1"):
        model.save_preset(directory, kind)
        return
    model.save_preset(directory, "huggingface")
    path = directory / "model.safetensors"
    state = {name: Tensor.of(array) for name, array in load_file(path).items()}
    save = {"archive": save_archive, "stream": save_stream}[kind]
    (directory / "pytorch_model.bin").write_bytes(save(state))
    path.unlink()


KINDS = {
    "albert_tf": "",
    "huggingface": "hf:",
    "tf1": "tf1:",
    "archive": "hf:",
    "stream": "hf:",
    "h5": "hf:",
}
CHANGES = [
    {"hidden_size": 20_000, "num_attention_heads": 2},
    {"vocab_size": 10**9},
    {"intermediate_size": 10**9},
    {"max_position_embeddings": 10**9},
    {"num_hidden_layers": 10_000, "num_hidden_groups": 10_000},
    {"num_hidden_layers": 10**7},
    {"inner_group_num": 1_000},
    {"inner_group_num": 10**8},
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("changes", CHANGES, ids=lambda c: next(iter(c)))
def test_configuration_that_lies(
    tmp_path, data_dir, small_config, monkeypatch, kind, changes
):
    _save(small_config, tmp_path / "out", kind, data_dir)
    source = f"{KINDS[kind]}{tmp_path}/out"
    read_checkpoint(source, heads())  # also imports what it needs
    path = next((tmp_path / "out").glob("*config.json"))
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    # TensorFlow's memory is not traced.
    monkeypatch.setattr(AlbertEncoder, "__init__", None)
    tracemalloc.start()
    with pytest.raises(UserError) as caught:
        AlbertEncoder.from_preset(source)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2e6
    message = str(caught.value)
    assert "\n" not in message
    if len(changes) == 1 and "inner_group_num" not in changes:
        assert f"{next(iter(changes))}=" in message


@pytest.mark.parametrize("kind", ["archive", "stream", "h5"])
def test_weights_that_lie_too(tmp_path, data_dir, small_config, kind):
    """Where the file says the same as the configuration, its size tells."""
    directory = tmp_path / "out"
    _save(small_config, directory, kind, data_dir)
    config = json.loads((directory / "config.json").read_text())
    config["vocab_size"] = 10**8
    (directory / "config.json").write_text(json.dumps(config))
    shape = (10**8, 8)
    if kind == "h5":
        place = "albert/tf_albert_model/albert/embeddings/word_embeddings"
        with h5py.File(directory / "tf_model.h5", "r+") as file:
            del file[f"{place}/weight:0"]
            file[place].create_dataset("weight:0", shape, chunks=(1, 8))
    else:
        save = {"archive": save_archive, "stream": save_stream}[kind]
        numbers = np.zeros(8, "float32")
        state = {
            "embeddings.word_embeddings.weight": Tensor(numbers, shape, (0, 1))
        }
        (directory / "pytorch_model.bin").write_bytes(save(state))
    tracemalloc.start()
    with pytest.raises(UserError, match="bytes"):
        read_checkpoint(f"hf:{directory}", heads())
    assert tracemalloc.get_traced_memory()[1] < 2e6
    tracemalloc.stop()


def test_index_of_tensorflow_that_lies_too(tmp_path, small_config):
    config = dataclasses.replace(small_config, vocab_size=2_200_000)
    AlbertEncoder(config).save_preset(tmp_path / "out", "tf1")
    path = next((tmp_path / "out").glob("*.data-*"))
    with path.open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(UserError, match="but has 1000 bytes"):
        read_checkpoint(f"tf1:{tmp_path}/out", heads())


def test_safetensors_that_lie_too(tmp_path, small_config):
    AlbertEncoder(small_config).save_preset(tmp_path / "out", "huggingface")
    path = tmp_path / "out" / "model.safetensors"
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"shape":[31,8]', b'"shape":[91,8]'))
    with pytest.raises(UserError, match="not a safetensors file"):
        read_checkpoint(f"hf:{tmp_path}/out", heads())
