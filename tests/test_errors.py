"""Warnings point at the user's line."""

import warnings
from pathlib import Path

import pytest

import albert_tf
from albert_tf.config import AlbertConfig
from albert_tf.errors import warn
from albert_tf.models import AlbertClassifier, AlbertEncoder

TINY = AlbertConfig(
    vocab_size=60,
    embedding_size=8,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
)


def give_a_new_head(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        AlbertEncoder(TINY).save_preset(path / "encoder")
    return AlbertClassifier.from_preset(path / "encoder", labels=["a", "b"])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda _: AlbertEncoder.from_preset("albert_pico"), "random"),
        (lambda _: albert_tf.models.load_model("albert_pico"), "random"),
        (give_a_new_head, "new and random"),
    ],
)
def test_however_deep_they_come_from(call, words, tmp_path):
    with pytest.warns(UserWarning, match=words) as caught:
        call(tmp_path)
    assert [w.filename for w in caught if w.category is UserWarning] == [
        __file__
    ]


@pytest.mark.parametrize("module", ["albert_tf.x", "export", "keras.src.y"])
def test_neither_ours_nor_keras_is_the_users(module):
    code = compile("warn('lost')", "/ours.py", "exec")
    with pytest.warns(UserWarning, match="lost") as caught:
        exec(code, {"__name__": module, "warn": warn})
    assert caught[0].filename == __file__


def test_nobody_counts_frames():
    for package in ("albert_tf", "export"):
        root = Path(albert_tf.__file__).parents[1] / package
        for file in root.rglob("*.py"):
            counted = "warnings.warn(" in file.read_text(encoding="utf-8")
            assert counted == (file.name == "errors.py"), file
