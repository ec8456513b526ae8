"""Warnings point at the user's line."""

import warnings
from pathlib import Path

import keras
import pytest

import albert_tf
from albert_tf.config import AlbertConfig
from albert_tf.errors import warn
from albert_tf.models import AlbertClassifier, AlbertEncoder

TINY = {
    "embedding_size": 8,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}


def make(tokenizer):
    from albert_tf.data.preprocessor import TextPreprocessor

    return AlbertClassifier(
        AlbertConfig(vocab_size=40_000, **TINY),
        labels=["a", "b"],
        preprocessor=TextPreprocessor(tokenizer),
    )


def read_again(tokenizer, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        make(tokenizer).save_preset(path, overwrite=True)
    return AlbertClassifier.from_preset(path)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda *_: AlbertEncoder.from_preset("albert_pico"), "random"),
        (lambda *_: albert_tf.models.load_model("albert_pico"), "random"),
        (lambda tokenizer, _: make(tokenizer), "the model's own"),
        (read_again, "the model's own"),
        (
            lambda tokenizer, _: keras.Sequential([make(tokenizer)]),
            "the model's own",
        ),
    ],
)
def test_however_deep_they_come_from(call, words, tokenizer, tmp_path):
    with pytest.warns(UserWarning, match=words) as caught:
        call(tokenizer, tmp_path)
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
