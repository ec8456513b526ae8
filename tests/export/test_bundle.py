import json
import random
import tracemalloc
import zipfile
from types import SimpleNamespace

import pytest

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from export import Quantization, TFLiteModel
from export.bundle import append_bundle, read_bundle


def test_holds_all_that_prediction_needs(classifier, files):
    bundle = read_bundle(files["int8"])
    assert bundle.task == "classification"
    assert bundle.settings == {"labels": ["no", "yes", "maybe"]}
    assert bundle.model == "AlbertClassifier"
    assert bundle.quantization == Quantization.of("int8")
    assert bundle.config == classifier.config.to_dict()
    assert bundle.preprocessor["max_length"] == 64
    assert len(bundle.vocabulary) == 760_289


def test_any_zip_reader_finds_it(files):
    with zipfile.ZipFile(files["int8"]) as archive:
        values = json.loads(archive.read("albert_tf.json"))
    assert values["format"] == 2


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.8, 0.95, 0.999, 0.99999])
def test_truncated_files_are_refused(files, tmp_path, share):
    content = files["int8"].read_bytes()
    path = tmp_path / "cut.tflite"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UserError, match=r"cut.tflite: truncated, damaged"):
        TFLiteModel(path)


@pytest.mark.parametrize("share", [0.0001, 0.3, 0.7])
def test_damaged_networks_are_refused(files, tmp_path, share):
    content = bytearray(files["int8"].read_bytes())
    content[int(len(content) * share)] ^= 0xFF
    path = tmp_path / "damaged.tflite"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"damaged.tflite: truncated, damaged"):
        TFLiteModel(path)


def test_damaged_archives_are_refused(files, tmp_path):
    content = files["int8"].read_bytes()
    right = read_bundle(files["int8"])
    with zipfile.ZipFile(files["int8"]) as archive:
        start = min(info.header_offset for info in archive.infolist())
    rng = random.Random(0)
    path = tmp_path / "damaged.tflite"
    refused = 0
    for _ in range(100):
        damaged = bytearray(content)
        damaged[rng.randrange(start, len(content))] ^= rng.randrange(1, 256)
        path.write_bytes(damaged)
        try:
            assert read_bundle(path) == right  # such as in a date
        except UserError:
            refused += 1
    assert refused > 90


class AlbertClassifier:
    """What is read of one when it is exported."""

    signatures = ("serving_default",)

    config = AlbertConfig()

    def __init__(self, labels):
        self.labels = labels

    def get_config(self):
        return {"labels": self.labels}


def test_what_would_not_be_read_is_not_written(tmp_path):
    path = tmp_path / "model.tflite"
    names = [f"label number {i}" for i in range(60_000)]
    path.write_bytes(bytes(4_000_000))
    with pytest.raises(UserError, match="1,.* bytes do not fit into a file"):
        append_bundle(path, AlbertClassifier(names), Quantization())
    path.write_bytes(bytes(4_000_000))
    append_bundle(path, AlbertClassifier(names[:30_000]), Quantization())
    assert read_bundle(path).settings == {"labels": names[:30_000]}


def test_networks_are_not_read_whole(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(bytes(50_000_000))
    tracemalloc.start()
    append_bundle(
        path,
        SimpleNamespace(config=AlbertConfig(), signatures=("serving_default",)),
        Quantization(),
    )
    read_bundle(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5e6


def test_files_of_another_origin_are_refused(tmp_path):
    path = tmp_path / "text.tflite"
    path.write_text("not a network")
    with pytest.raises(UserError, match="not written by `albert-tf export`"):
        TFLiteModel(path)
    with pytest.raises(UserError, match="no such file"):
        TFLiteModel(tmp_path / "none.tflite")
    with pytest.raises(UserError, match="Is a directory"):
        TFLiteModel(tmp_path)
