import contextlib
import json
import random
import zipfile

import pytest

from albert_tf.errors import UserError
from export import TFLiteModel
from export.bundle import read_bundle


def test_holds_all_that_prediction_needs(classifier, files):
    bundle = read_bundle(files["int8"])
    assert bundle.task == "classification"
    assert bundle.settings == {"labels": ["no", "yes", "maybe"]}
    assert bundle.model == "AlbertClassifier"
    assert bundle.quantization == "int8"
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


def rewrite(source, path, **changes):
    """The file with other values in its JSON."""
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
        start = min(info.header_offset for info in archive.infolist())
    values = {**json.loads(parts["albert_tf.json"]), **changes}
    path.write_bytes(source.read_bytes()[:start])
    with zipfile.ZipFile(path, "a") as archive:
        parts["albert_tf.json"] = json.dumps(values)
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_damaged_archives_are_refused(files, tmp_path):
    content = files["int8"].read_bytes()
    with zipfile.ZipFile(files["int8"]) as archive:
        start = min(info.header_offset for info in archive.infolist())
    rng = random.Random(0)
    path = tmp_path / "damaged.tflite"
    for _ in range(100):
        damaged = bytearray(content)
        damaged[rng.randrange(start, len(content))] ^= rng.randrange(1, 256)
        path.write_bytes(damaged)
        # Not every byte matters; one that does may raise nothing else.
        with contextlib.suppress(UserError):
            read_bundle(path)


@pytest.mark.parametrize("name", ["../evil.model", "/evil.model"])
def test_vocabularies_stay_in_their_directory(files, tmp_path, name):
    preprocessor = read_bundle(files["int8"]).preprocessor
    preprocessor["tokenizer"]["vocabulary"] = name
    path = rewrite(
        files["int8"], tmp_path / "evil.tflite", preprocessor=preprocessor
    )
    with pytest.raises(UserError, match="its vocabulary is named"):
        read_bundle(path)


def test_later_formats_are_refused(files, tmp_path):
    path = rewrite(files["int8"], tmp_path / "later.tflite", format=3)
    with pytest.raises(UserError, match="its format is 3"):
        read_bundle(path)


def test_files_of_another_origin_are_refused(tmp_path):
    path = tmp_path / "text.tflite"
    path.write_text("not a network")
    with pytest.raises(UserError, match="not written by `albert-tf export`"):
        TFLiteModel(path)
    with pytest.raises(UserError, match="no such file"):
        TFLiteModel(tmp_path / "none.tflite")
    with pytest.raises(UserError, match="Is a directory"):
        TFLiteModel(tmp_path)
