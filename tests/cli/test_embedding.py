"""`albert-tf embed`."""

import io
import json

import numpy as np
import pytest
from commands import call

from albert_tf.models import AlbertEmbedder

TEXTS = ["A man sings.", "", "Two dogs run on the grass.", "A man sings."]


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(TEXTS) + "\n")
    return path


@pytest.fixture(scope="module")
def expected():
    return AlbertEmbedder.from_preset("albert_nano_en").embed(TEXTS)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("embed") / "nano.tflite"
    argv = ["export", "albert_nano_en", path, "--task", "similarity"]
    assert call([*argv, "--quantization", "float32"]) == 0
    return path


def test_a_row_for_each_line(texts, expected, file, tmp_path, capsys):
    for number, model in enumerate(("albert_nano_en", file)):
        output = tmp_path / f"{number}.npy"
        assert call(["embed", model, texts, "--output", output]) == 0
        assert "4 vectors of 256 numbers" in capsys.readouterr().out
        vectors = np.load(output)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(vectors, expected, atol=1e-5)


def test_json_of_the_standard_input(expected, file, capsys, monkeypatch):
    pipe = io.TextIOWrapper(io.BytesIO("\n".join(TEXTS).encode()))
    monkeypatch.setattr("sys.stdin", pipe)
    assert call(["embed", file, "--json"]) == 0
    lines = [*map(json.loads, capsys.readouterr().out.splitlines())]
    assert [line["text"] for line in lines] == TEXTS
    vectors = [line["embedding"] for line in lines]
    np.testing.assert_allclose(vectors, expected, atol=1e-5)


def test_mistakes(home, texts, file, tmp_path, fails):
    output = ["--output", tmp_path / "v.npy"]
    assert "one of them" in fails("embed", file, texts)
    assert "one of them" in fails("embed", file, texts, *output, "--json")
    assert "--overwrite needs" in fails(
        "embed", file, texts, "--json", "--overwrite"
    )
    missing = tmp_path / "missing.txt"
    assert "missing.txt: there is no" in fails("embed", file, missing, *output)
    empty = tmp_path / "empty.txt"
    empty.write_text("\n \n")
    assert "empty.txt: has no text" in fails("embed", file, empty, *output)
    said = fails("embed", home / "model.tflite", texts, *output)
    assert "is for classification; for similarity" in said
    assert not (tmp_path / "v.npy").exists()
    (tmp_path / "v.npy").write_text("mine")
    assert "exists already" in fails("embed", file, texts, *output)
    assert (tmp_path / "v.npy").read_text() == "mine"
