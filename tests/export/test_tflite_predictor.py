import json
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models import AlbertEncoder
from export import load, to_tflite

TEXTS = ["play some jazz", "Will it RAIN tomorrow?", "x" * 3000, "一二三"]


def test_answers_as_keras_does(classifier, files):
    exported = load(files["float32"])
    for ours, keras in zip(
        exported.predict(TEXTS), classifier.classify(TEXTS), strict=True
    ):
        assert ours.label == keras.label
        assert ours.scores == pytest.approx(keras.scores, abs=1e-5)
        assert sum(ours.scores.values()) == pytest.approx(1)


def test_pairs(classifier, files):
    texts, pairs = TEXTS[:2], TEXTS[1:3]
    expected = classifier.predict((texts, pairs), verbose=0)["logits"]
    exported = load(files["float32"])
    rows = exported.rows(
        [
            exported.task.example(*both)
            for both in zip(texts, pairs, strict=True)
        ]
    )
    actual = exported.outputs(rows)["logits"]
    np.testing.assert_allclose(np.stack(actual), expected, atol=1e-5)


def test_an_encoder_takes_no_text(tmp_path):
    config = AlbertConfig(
        vocab_size=60,
        hidden_size=16,
        num_attention_heads=2,
        num_hidden_layers=2,
    )
    to_tflite(AlbertEncoder(config), tmp_path / "encoder.tflite")
    with pytest.raises(UserError, match="holds an AlbertEncoder without"):
        load(tmp_path / "encoder.tflite")


def test_needs_neither_tensorflow_nor_keras(files):
    code = (
        "import sys; from export import load;"
        f"c = load({str(files['int8'])!r});"
        "c.predict(['play some jazz']);"
        "heavy = {'tensorflow', 'keras', 'torch', 'jax'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


# === Files that are whole and yet wrong ===


@pytest.fixture
def changed(files, tmp_path):
    """The file with another manifest, all checksums right."""

    def change(values):
        path = tmp_path / "changed.tflite"
        shutil.copy(files["float32"], path)
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read("albert_tf.json"))
            name = manifest["preprocessor"]["tokenizer"]["vocabulary"]
            vocabulary = archive.read(name)
        manifest.update(values)
        network = path.read_bytes()[: manifest["network_bytes"]]
        path.write_bytes(network)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, vocabulary)
            archive.writestr("albert_tf.json", json.dumps(manifest))
        return path

    return change


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "the settings of its task 'classification': missing a required"),
        ({"labels": ["a", "b"], "x": 1}, "got an unexpected keyword"),
        ({"labels": ["a", "b"]}, "has 2 labels, but the network knows 3"),
        ({"labels": ["a", "b", "c", "d"]}, "has 4 labels, but"),
    ],
)
def test_settings_fit_the_network(changed, settings, words):
    path = changed({"settings": settings})
    with pytest.raises(UserError, match=words) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_signatures_fit_the_network(changed):
    fixed = {"lengths": [8, 64], "token_outputs": []}
    path = changed({"fixed_lengths": fixed})
    with pytest.raises(UserError, match="has no signature length_8"):
        load(path)
    with pytest.raises(UserError, match="has no signature length_8"):
        load(path, cache=path.parent / "cache")


def test_vocabularies_fit_the_network(changed):
    config = AlbertConfig(hidden_size=32, num_attention_heads=2, vocab_size=40)
    path = changed({"config": config.to_dict()})
    with pytest.raises(UserError, match="has 30000 tokens, but .* knows 40"):
        load(path)
