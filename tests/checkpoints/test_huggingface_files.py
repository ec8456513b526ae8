"""Which files are read: TensorFlow's, PyTorch's, one or many."""

import gzip
import json
import shutil
import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from torch_writer import Tensor, save_archive, save_stream

from albert_tf.checkpoints.hdf5_file import open_hdf5
from albert_tf.checkpoints.tensorflow_names import to_pytorch_names
from albert_tf.errors import UserError
from albert_tf.models import AlbertEncoder, AlbertPretrainer, load_model

HEADS = {
    "AlbertModel": "AlbertEncoder",
    "AlbertForPreTraining": "AlbertPretrainer",
    "AlbertForMaskedLM": "AlbertPretrainer",
    "AlbertForQuestionAnswering": "AlbertQuestionAnswerer",
    "AlbertForMultipleChoice": "AlbertMultipleChoice",
    "AlbertForSequenceClassification": "AlbertClassifier",
    "AlbertForTokenClassification": "AlbertTagger",
}
OUTPUTS = {
    "last_hidden_state": "sequence_output",
    "pooler_output": "pooled_output",
    "prediction_logits": "masked_lm_logits",
    "sop_logits": "sentence_order_logits",
}


@pytest.fixture
def golden(data_dir, tmp_path):
    """A copy of a directory in which files are not compressed."""

    def copy(name: str) -> Path:
        directory = tmp_path / name.rpartition("/")[2]
        shutil.copytree(data_dir / name, directory)
        for path in directory.glob("*.gz"):
            path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
            path.unlink()
        return directory

    return copy


@pytest.fixture
def refused():
    def call(directory) -> str:
        with pytest.raises(UserError) as caught:
            load_model(f"hf:{directory}")
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return call


def _check_outputs(model, golden) -> None:
    with np.load(golden) as arrays:
        expected = {name: arrays[name] for name in arrays}
    inputs = {
        "token_ids": expected.pop("input_ids").astype("int32"),
        "segment_ids": expected.pop("token_type_ids").astype("int32"),
        "padding_mask": expected.pop("attention_mask").astype("int32"),
    }
    mask = inputs["padding_mask"].astype(bool)
    if isinstance(model, AlbertPretrainer):
        batch, length = mask.shape
        everywhere = np.tile(np.arange(length, dtype="int32"), (batch, 1))
        inputs["masked_positions"] = everywhere
    outputs = model(inputs)
    assert expected
    for name, array in expected.items():
        name = OUTPUTS.get(name, name)
        if "masked_lm_logits" in outputs and name == "logits":
            name = "masked_lm_logits"
        difference = np.abs(outputs[name] - array)
        if array.shape[:2] == mask.shape:
            difference = difference[mask]
        assert difference.max() < 1e-5, name


# === TensorFlow's ===


@pytest.mark.parametrize("name", HEADS)
def test_every_head_of_tensorflow(golden, name):
    directory = golden(f"hf_tensorflow/{name}")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        model = load_model(f"hf:{directory}")
    assert type(model).__name__ == HEADS[name]
    _check_outputs(model, directory / "golden.npz")


def test_shards_of_tensorflow(golden, data_dir):
    model = load_model(
        f"hf:{golden('hf_tensorflow/AlbertForMaskedLM_sharded')}"
    )
    assert model.sentence_order_head is None
    # They are of the same model.
    _check_outputs(
        model, data_dir / "hf_tensorflow/AlbertForMaskedLM" / "golden.npz"
    )


def test_safetensors_that_tensorflow_wrote(golden):
    directory = golden("hf_tensorflow/AlbertForPreTraining")
    tensors = open_hdf5(directory / "tf_model.h5")
    save_file(
        {name: tensor.read() for name, tensor in tensors.items()},
        directory / "model.safetensors",
        {"format": "tf"},
    )
    (directory / "tf_model.h5").unlink()
    _check_outputs(load_model(f"hf:{directory}"), directory / "golden.npz")


def test_half_precision_of_tensorflow(golden):
    directory = golden("hf_tensorflow/AlbertModel")
    with h5py.File(directory / "tf_model.h5", "r+") as file:
        layer = file["albert/tf_albert_model/albert/pooler"]
        kernel = layer["kernel:0"][()].astype("float16")
        del layer["kernel:0"]
        layer["kernel:0"] = kernel
    model = load_model(f"hf:{directory}")
    np.testing.assert_array_equal(
        model.named_weights()["pooler/kernel"], kernel.astype("float32")
    )


@pytest.mark.parametrize("size", [0, 4, 3000, -3000])
def test_truncated_hdf5(golden, refused, size):
    directory = golden("hf_tensorflow/AlbertModel")
    path = directory / "tf_model.h5"
    path.write_bytes(path.read_bytes()[:size])
    assert refused(directory).startswith(f"{path}: truncated or not an HDF5")


def test_hdf5_that_says_more_than_it_holds(golden, refused, tmp_path):
    directory = golden("hf_tensorflow/AlbertModel")
    place = "albert/tf_albert_model/albert/pooler/kernel:0"
    with h5py.File(directory / "tf_model.h5", "r+") as file:
        del file[place]
        file.create_dataset(place, (10**6, 10**6), "float32", chunks=(1, 9))
    assert "4000000000000 bytes, of which 0 are" in refused(directory)
    (tmp_path / "other").write_bytes(bytes(4 * 144))
    with h5py.File(directory / "tf_model.h5", "r+") as file:
        del file[place]
        where = [(str(tmp_path / "other"), 0, 4 * 144)]
        file.create_dataset(place, (12, 12), "float32", external=where)
    assert "lies in other files" in refused(directory)


# === PyTorch's ===


@pytest.mark.parametrize("file", ["before_1.6", "float16"])
def test_classifier_of_pytorch(golden, data_dir, file):
    directory = golden("hf_bin")
    classification = data_dir / "hf_sequence_classification"
    shutil.copy(classification / "config.json", directory)
    (directory / f"pytorch_model_{file}.bin").rename(
        directory / "pytorch_model.bin"
    )
    model = load_model(f"hf:{directory}")
    expected = load_model(f"hf:{classification}")
    tolerance = 1e-3 if file == "float16" else 0
    for name, weight in expected.named_weights().items():
        np.testing.assert_allclose(
            model.named_weights()[name], weight, rtol=0, atol=tolerance
        )


def test_quantized_weights(golden, refused):
    directory = golden("hf_pretraining")
    tensors = _take_tensors(directory)
    name = "albert.pooler.weight"
    tensors[name] = (tensors[name] * 100).astype("int8")
    _write_bin(directory / "pytorch_model.bin", tensors)
    message = refused(directory)
    assert "encoder/pooler/kernel holds int8 numbers" in message


# === One file of several ===


def _take_tensors(directory):
    tensors = load_file(directory / "model.safetensors")
    (directory / "model.safetensors").unlink()
    return tensors


def _write_bin(path, tensors, save=save_archive):
    path.write_bytes(save({n: Tensor.of(a) for n, a in tensors.items()}))


def _write_safetensors(path, tensors):
    save_file(tensors, path, {"format": "pt"})


def test_first_of_several_kinds(golden, caplog):
    directory = golden("hf_tensorflow/AlbertModel")
    _write_bin(directory / "pytorch_model.bin", {})
    model = load_model(f"hf:{directory}")
    assert caplog.messages == [
        f"{directory}: has weights in tf_model.h5, pytorch_model.bin; "
        "reading tf_model.h5"
    ]
    caplog.clear()
    model.save_preset(directory / "again", "huggingface")
    shutil.copy(directory / "again" / "model.safetensors", directory)
    (directory / "tf_model.h5").write_bytes(b"damaged")
    load_model(f"hf:{directory}")
    assert caplog.messages[0].endswith("; reading model.safetensors")
    for name in ("tf_model.h5", "pytorch_model.bin"):
        (directory / name).unlink()
    caplog.clear()
    load_model(f"hf:{directory}")
    assert not caplog.messages


def test_no_weights(golden, refused):
    directory = golden("hf_pretraining")
    (directory / "model.safetensors").unlink()
    (directory / "training_args.bin").write_bytes(b"no weights")
    message = refused(directory)
    assert message.startswith(f"{directory}: has no weights; ")
    assert "tf_model.h5, pytorch_model.bin" in message


@pytest.mark.parametrize("kind", ["model.safetensors", "pytorch_model.bin"])
def test_pointer_of_git_lfs(golden, refused, kind):
    directory = golden("hf_pretraining")
    (directory / "model.safetensors").unlink()
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
    (directory / kind).write_text(text)
    assert "`git lfs pull` fetches it" in refused(directory)


def test_kinds_are_downloaded_one_after_the_other(golden, monkeypatch):
    import huggingface_hub

    directory, asked = golden("hf_tensorflow/AlbertModel"), []

    def fetch(source, allow_patterns):
        asked.append(allow_patterns[-1])
        return str(directory)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    AlbertEncoder.from_preset("hf:someone/albert")
    assert asked == ["*.safetensors", "tf_model*.h5"]


# === Shards ===

KINDS = {
    "model.safetensors": _write_safetensors,
    "pytorch_model.bin": _write_bin,
    "stream": lambda path, tensors: _write_bin(path, tensors, save_stream),
}


@pytest.fixture(params=KINDS)
def sharded(golden, request):
    """A pre-trainer in two files, its index and the function that writes."""
    directory = golden("hf_pretraining")
    tensors = _take_tensors(directory)
    kind = request.param if "." in request.param else "pytorch_model.bin"
    write, suffix = KINDS[request.param], kind.rpartition(".")[2]
    names, files = sorted(tensors), [f"part-{i}.{suffix}" for i in range(2)]
    for file, part in zip(files, (names[::2], names[1::2]), strict=True):
        write(directory / file, {name: tensors[name] for name in part})
    index = {name: files[i % 2] for i, name in enumerate(names)}
    path = directory / f"{kind}.index.json"
    path.write_text(json.dumps({"weight_map": index}))
    return path, index


def _change(path, index, **changes):
    path.write_text(json.dumps({"weight_map": {**index, **changes}}))


def test_shards(sharded, data_dir, assert_same):
    expected = AlbertPretrainer.from_preset(f"hf:{data_dir}/hf_pretraining")
    assert_same(load_model(f"hf:{sharded[0].parent}"), expected)


def test_missing_shard(sharded, refused):
    path, index = sharded
    missing = index["predictions.bias"]
    (path.parent / missing).unlink()
    message = f"{path}: names the file {missing}, which is missing"
    assert refused(path.parent) == message


def test_tensor_that_its_shard_lacks(sharded, refused):
    path, index = sharded
    _change(path, index, **{"albert.more.weight": index["predictions.bias"]})
    message = refused(path.parent)
    assert "says albert.more.weight is in part-" in message
    assert message.endswith("which lacks it")


@pytest.mark.parametrize(
    "file",
    ["../a.bin", "/etc/passwd", "a/b.bin", "..", "", ".", "a\0", "..\\a.bin"],
)
def test_shards_elsewhere(sharded, refused, file):
    path, index = sharded
    _change(path, index, **{"predictions.bias": file})
    assert f"{path}: names the file {file!r}" in refused(path.parent)


@pytest.mark.parametrize(
    "content",
    ["[]", "{}", '{"weight_map": []}', '{"weight_map": {"a": 1}}', ""],
)
def test_damaged_index(sharded, refused, content):
    path, _ = sharded
    path.write_text(content)
    assert refused(path.parent).startswith(f"{path}: ")


def test_layers_that_are_two_in_tensorflow():
    """As transformers' own conversion names them."""
    names = {
        "mlm___cls/predictions/transform/dense/bias:0": (
            "cls.predictions.transform.dense.bias"
        ),
        "nsp___cls/seq_relationship/bias:0": "cls.seq_relationship.bias",
    }
    assert [*to_pytorch_names(dict.fromkeys(names))] == [*names.values()]
