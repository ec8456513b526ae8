import json
import os

import pytest

from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.tokenizers import SentencePieceTokenizer


@pytest.fixture(scope="module")
def preprocessor():
    return TextPreprocessor(SentencePieceTokenizer(), max_length=8)


def test_features(preprocessor):
    features = preprocessor(["this is a test", "a"], ["yes", "no"])
    assert features["token_ids"].shape == (2, 8)
    assert features["token_ids"][0].tolist()[:3] == [2, 48, 25]
    assert features["padding_mask"].sum(-1).tolist() == [8, 5]


def test_round_trip(preprocessor, tmp_path):
    preprocessor.save(tmp_path)
    again = TextPreprocessor.load(tmp_path)
    assert again.max_length == 8
    assert [*again.encode(["a test"])] == [*preprocessor.encode(["a test"])]
    assert TextPreprocessor.load(tmp_path / "nothing") is None


@pytest.mark.parametrize("text", ["{", "{}", "[]", '{"max_length": 8}'])
def test_damaged_file(tmp_path, text):
    (tmp_path / "preprocessor.json").write_text(text)
    with pytest.raises(UserError, match="preprocessor.json: "):
        TextPreprocessor.load(tmp_path)


@pytest.mark.parametrize(
    ("max_length", "rule"),
    [
        (2, "2 must be at least 3"),
        ("64", "'64' must be a whole number"),
        (64.0, "64.0 must be a whole number"),
        (True, "True must be a whole number"),
    ],
)
def test_lengths(max_length, rule):
    with pytest.raises(UserError, match=f"max_length={rule}"):
        TextPreprocessor(SentencePieceTokenizer(), max_length)


def change(directory, **changes):
    """Writes a `preprocessor.json` with other values."""
    path = directory / "preprocessor.json"
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, **changes}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"max_length": "64"}, "max_length='64' must be a whole number"),
        ({"max_length": None}, "max_length=None must be a whole number"),
        ({"tokenizer": "sentencepiece"}, "must be an object"),
        ({"tokenizer": {"tokenizer": []}}, "'vocabulary' is missing"),
    ],
)
def test_wrong_values_name_the_file(preprocessor, tmp_path, changes, words):
    preprocessor.save(tmp_path)
    change(tmp_path, **changes)
    with pytest.raises(UserError, match=f"preprocessor.json: .*{words}"):
        TextPreprocessor.load(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "../secret.model",
        "/etc/passwd",
        "..\\secret.model",
        "C:secret.model",
        "sub/vocabulary.model",
        "..",
        ".",
        "",
        "nul",
        "COM1.model",
        "~root",
        "vocabulary.model\0",
        "vocabulary.model\n",
        "v" * 300,
        5,
        None,
        ["vocabulary.model"],
    ],
)
def test_vocabularies_are_beside_their_file(preprocessor, tmp_path, name):
    place = tmp_path / "model"
    preprocessor.save(place)
    tokenizer = preprocessor.tokenizer.save(place)
    (tmp_path / "secret.model").write_bytes(
        (place / "vocabulary.model").read_bytes()
    )
    change(place, tokenizer={**tokenizer, "vocabulary": name})
    with pytest.raises(UserError, match="a file in the same directory"):
        TextPreprocessor.load(place)


def test_links_do_not_lead_out(preprocessor, tmp_path):
    place = tmp_path / "model"
    preprocessor.save(place)
    vocabulary = place / "vocabulary.model"
    inner = place / "inner.model"
    vocabulary.rename(inner)
    vocabulary.symlink_to("inner.model")
    assert TextPreprocessor.load(place).max_length == 8
    inner.rename(tmp_path / "outer.model")
    vocabulary.unlink()
    vocabulary.symlink_to("../outer.model")
    with pytest.raises(UserError, match="leads to another directory"):
        TextPreprocessor.load(place)
    # The directory itself may be reached by a link.
    vocabulary.unlink()
    (tmp_path / "outer.model").rename(vocabulary)
    (tmp_path / "link").symlink_to("model")
    assert TextPreprocessor.load(tmp_path / "link").max_length == 8


def test_a_pipe_is_no_vocabulary(preprocessor, tmp_path):
    preprocessor.save(tmp_path)
    (tmp_path / "vocabulary.model").unlink()
    os.mkfifo(tmp_path / "vocabulary.model")
    with pytest.raises(UserError, match="is not a plain file"):
        TextPreprocessor.load(tmp_path)
