import json
import zipfile

import pytest

from albert_tf.errors import UserError
from export import TFLiteModel
from export.bundle import read_bundle


def test_holds_all_that_prediction_needs(classifier, files):
    bundle = read_bundle(files["int8"])
    assert bundle.labels == ("no", "yes", "maybe")
    assert bundle.model == "AlbertClassifier"
    assert bundle.quantization == "int8"
    assert bundle.config == classifier.config.to_dict()
    assert bundle.preprocessor["max_length"] == 64
    assert len(bundle.vocabulary) == 760_289


def test_any_zip_reader_finds_it(files):
    with zipfile.ZipFile(files["int8"]) as archive:
        values = json.loads(archive.read("albert_tf.json"))
    assert values["format"] == 1


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


def test_files_of_another_origin_are_refused(tmp_path):
    path = tmp_path / "text.tflite"
    path.write_text("not a network")
    with pytest.raises(UserError, match="not written by `albert-tf export`"):
        TFLiteModel(path)
    with pytest.raises(UserError, match="no such file"):
        TFLiteModel(tmp_path / "none.tflite")
    with pytest.raises(UserError, match="Is a directory"):
        TFLiteModel(tmp_path)
