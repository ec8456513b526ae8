"""`albert-tf serve`, as far as it is wrong before it listens."""

import sys

import pytest


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "70000"], "port=70000 must be at most 65535"),
        (["--port", "-1"], "port=-1 must be at least 0"),
        (["--max-texts", "0"], "max_texts=0 must be at least 1"),
        (["--drain-seconds", "-2"], "drain_seconds=-2.0 must be at least 0"),
        (["--name", "a/b"], "name='a/b' must be of letters"),
        (["--batch-tokens", "9"], "--batch-tokens is for SavedModels"),
        ([], "missing.tflite: "),
    ],
)
def test_mistakes(fails, tmp_path, options, words):
    assert words in fails("serve", tmp_path / "missing.tflite", *options)


def test_directories(fails, tmp_path):
    assert "no SavedModel" in fails("serve", tmp_path)
    assert "is for files" in fails("serve", tmp_path, "--threads", "2")


def test_without_the_extra(fails, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    for name in [*sys.modules]:
        if name.startswith("albert_tf.serving.server"):
            monkeypatch.delitem(sys.modules, name)
    said = fails("serve", tmp_path / "x.tflite")
    assert "serving needs uvicorn: pip install 'albert-tf[serving]'" in said
