"""What a `.keras` file of unknown origin may say.

Keras tells our errors in one of its own, a `ValueError`.
"""

import json
import zipfile

import keras
import pytest

from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.models import AlbertClassifier
from albert_tf.tokenizers import WordPieceTokenizer

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad"]


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """The members of a file that is right, by name."""
    directory = tmp_path_factory.mktemp("keras")
    (directory / "words.txt").write_text("\n".join(WORDS))
    config = AlbertConfig(
        vocab_size=7,
        embedding_size=8,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )
    tokenizer = WordPieceTokenizer(directory / "words.txt")
    model = AlbertClassifier(
        config, ["-", "+"], TextPreprocessor(tokenizer, 16)
    )
    model.save(directory / "model.keras")
    with zipfile.ZipFile(directory / "model.keras") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def load(parts, path):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return keras.saving.load_model(path)


def changed(parts, **changes):
    """The same with other values in `preprocessor.json`."""
    name = "assets/preprocessor.json"
    values = {**json.loads(parts[name]), **changes}
    return {**parts, name: json.dumps(values)}


def test_a_right_one_is_loaded(parts, tmp_path):
    model = load(parts, tmp_path / "model.keras")
    assert model.preprocessor.max_length == 16


@pytest.mark.parametrize("name", ["{outside}", "../../outside.txt", "..\\x"])
def test_vocabularies_come_out_of_the_file(parts, tmp_path, name):
    outside = tmp_path / "outside.txt"
    outside.write_text("\n".join(WORDS))
    tokenizer = {
        "tokenizer": "wordpiece",
        "lowercase": True,
        "vocabulary": name.format(outside=outside),
    }
    with pytest.raises(ValueError, match="file in the same directory"):
        load(changed(parts, tokenizer=tokenizer), tmp_path / "model.keras")


def test_a_link_in_the_file_is_none(parts, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("\n".join(WORDS))
    link = zipfile.ZipInfo("assets/vocabulary.txt")
    link.external_attr = 0o120777 << 16
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            if name == link.filename:
                archive.writestr(link, str(outside))
            else:
                archive.writestr(name, content)
    with pytest.raises(ValueError, match=r"lacks \[PAD\]"):
        keras.saving.load_model(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hidden_size": 20_000}, "a model of 2,00.*hidden_size=20000, "),
        ({"vocab_size": 2**31}, "vocab_size=2147483648, .* are the most"),
        ({"vocab_size": 2**70}, "are the most"),
        (
            {"num_hidden_layers": 10_000, "sharing": "none"}
            | {"hidden_size": 512},
            "num_blocks=10000",
        ),
        ({"num_hidden_layers": 10**9}, "must be at most 10000"),
        ({"inner_group_num": 10**12}, "must be at most 10000"),
        ({"vocab_size": "7"}, "must be a whole number"),
        ({"more": 1}, "has no field more"),
    ],
    ids=str,
)
def test_sizes_are_bounded(parts, tmp_path, changes, words, monkeypatch):
    values = json.loads(parts["config.json"])
    values["config"]["config"] |= changes
    # TensorFlow's memory is not traced.
    monkeypatch.setattr(AlbertClassifier, "__init__", None)
    with pytest.raises(ValueError, match=words):
        load({**parts, "config.json": json.dumps(values)}, tmp_path / "m.keras")


def test_empty_configuration(parts, tmp_path):
    values = json.loads(parts["config.json"])
    values["config"]["config"] = {}  # means the base model
    with pytest.raises(ValueError, match="vocab_size=30000"):
        load({**parts, "config.json": json.dumps(values)}, tmp_path / "m.keras")


@pytest.mark.parametrize("labels", ["abc", 5, ["a"], ["a", "a"], None])
def test_wrong_labels(parts, tmp_path, labels):
    values = json.loads(parts["config.json"])
    values["config"]["labels"] = labels
    with pytest.raises(ValueError, match="labels must be"):
        load({**parts, "config.json": json.dumps(values)}, tmp_path / "m.keras")


@pytest.mark.parametrize(
    ("max_length", "words"),
    [
        (2**70, "must be at most max_position_embeddings=512"),
        ("16", "must be a whole number"),
    ],
)
def test_lengths_fit_the_model(parts, tmp_path, max_length, words):
    with pytest.raises(ValueError, match=words):
        load(changed(parts, max_length=max_length), tmp_path / "model.keras")


def test_vocabularies_fit_the_model(parts, tmp_path):
    words = "\n".join([*WORDS, "more"])
    with pytest.raises(ValueError, match="8 tokens .* vocab_size=7"):
        load({**parts, "assets/vocabulary.txt": words}, tmp_path / "m.keras")
