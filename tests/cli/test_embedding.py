"""`albert-tf embed` and `albert-tf search`."""

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
    return AlbertEmbedder.from_preset("albert_nano_books_en").embed(TEXTS)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("embed") / "nano.tflite"
    argv = ["export", "albert_nano_books_en", path, "--task", "similarity"]
    assert call([*argv, "--quantization", "float32"]) == 0
    return path


def test_a_row_for_each_line(texts, expected, file, tmp_path, capsys):
    for number, model in enumerate(("albert_nano_books_en", file)):
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


def test_the_nearest_lines(texts, file, tmp_path, capsys):
    """Alike lines are found with their numbers, empty ones never."""
    argv = ["search", texts, "A man sings.", "--model", file, "--top", "9"]
    assert call(argv) == 0
    lines = [x.split("\t") for x in capsys.readouterr().out.splitlines()]
    assert [line[1:] for line in lines] == [
        ["1", "A man sings."],
        ["4", "A man sings."],
        ["3", "Two dogs run on the grass."],
    ]
    cosines = [float(line[0]) for line in lines]
    assert cosines[:2] == [1.0, 1.0]
    assert cosines[2] < 0.99
    vectors = tmp_path / "v.npy"
    assert call(["embed", file, texts, "--output", vectors]) == 0
    capsys.readouterr()
    argv = ["search", texts, "dogs", "A man sings.", "--model", file]
    assert call([*argv, "--vectors", vectors, "--top", "1", "--json"]) == 0
    found = [*map(json.loads, capsys.readouterr().out.splitlines())]
    assert [x["query"] for x in found] == ["dogs", "A man sings."]
    assert found[1]["line"] == 1
    assert found[1]["cosine"] == pytest.approx(1, abs=1e-5)


def test_mistakes_of_search(texts, file, tmp_path, fails):
    argv = ["search", texts, "a", "--model", file, "--vectors"]
    vectors = tmp_path / "v.npy"
    assert "v.npy: no such file" in fails(*argv, vectors)
    vectors.write_text("text")
    assert "v.npy: is no .npy file of vectors" in fails(*argv, vectors)
    np.save(vectors, np.zeros((3, 256), "float32"))
    said = fails(*argv, vectors)
    assert "a vector for each of the 4 lines" in said
    assert "[3, 256]" in said
    np.save(vectors, np.zeros((4, 5), "float32"))
    assert "vectors of 5 numbers, but" in fails(*argv, vectors)
    empty = tmp_path / "empty.txt"
    empty.write_text("\n")
    assert "empty.txt: has no text" in fails("search", empty, "a")
    empty.write_text("")
    assert "empty.txt: has no text" in fails("search", empty, "a")


def test_an_index_finds_the_same(texts, file, tmp_path, capsys, fails):
    """The second time without embedding: the texts may be others then."""
    pytest.importorskip("usearch")
    argv = ["search", texts, "A man sings.", "dogs", "--model", file]
    argv += ["--top", "1", "--json"]
    assert call(argv) == 0
    expected = [*map(json.loads, capsys.readouterr().out.splitlines())]
    index = tmp_path / "i.usearch"
    assert call([*argv, "--index", index]) == 0
    said = capsys.readouterr()
    assert "3 vectors" in said.out + said.err
    texts.write_text("B\n\nC\nD\n")
    assert call([*argv, "--index", index]) == 0
    found = [*map(json.loads, capsys.readouterr().out.splitlines())]
    for one, other in zip(expected, found, strict=True):
        assert one["cosine"] == pytest.approx(other["cosine"], abs=1e-5)
    assert (found[1]["line"], found[1]["text"]) == (3, "C")
    vectors = tmp_path / "v.npy"
    said = fails(*argv, "--index", index, "--vectors", vectors)
    assert "leave --vectors out" in said
    texts.write_text("B\n")
    assert "i.usearch: has 3 vectors, but" in fails(*argv, "--index", index)
    index.write_text("text")
    assert "i.usearch: is no index" in fails(*argv, "--index", index)
