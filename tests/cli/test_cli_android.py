"""`albert-tf export --android`."""

import hashlib
import json

import numpy as np
import pytest
from commands import call

import export
from albert_tf.tagging.tagged_text import TaggedText
from albert_tf.tasks.predictor import Predictor
from albert_tf.tasks.tagging import Tagging


@pytest.fixture(scope="module")
def assets(home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("assets")
    argv = ["export", home / "model", folder / "intents.tflite"]
    argv += ["--verify", home / "dev.tsv", "--threshold", "50"]
    assert call([*argv, "--android", folder]) == 0
    return folder


def test_model_and_answers_lie_side_by_side(assets):
    model = assets / "models" / "intents.tflite"
    assert model.read_bytes() == (assets / "intents.tflite").read_bytes()
    answers = json.loads(model.with_suffix(".json").read_text("utf-8"))
    assert answers["format"] == 1
    assert answers["task"] == "classification"
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    assert answers["model_sha256"] == digest


def test_answers_are_those_of_the_file(assets):
    answers = json.loads((assets / "models/intents.json").read_text("utf-8"))
    predictor = export.load(assets / "models/intents.tflite")
    tokenizer = predictor.preprocessor.tokenizer
    assert len(answers["examples"]) == 20
    for one in answers["examples"]:
        [found] = predictor.predict([one["text"]])
        assert one["answer"]["label"] == found.label
        assert one["answer"]["scores"] == found.scores
        [ids] = one["token_ids"]
        assert (ids[0], ids[-1]) == (tokenizer.cls_id, tokenizer.sep_id)
        assert one["pair"] is None


def test_examples_come_from_all_over_the_file(assets):
    answers = json.loads((assets / "models/intents.json").read_text("utf-8"))
    assert len({one["text"] for one in answers["examples"]}) == 20


def test_nothing_is_overwritten_before_the_work(home, assets, fails):
    argv = ["export", home / "model", home / "intents.tflite"]
    argv += ["--verify", home / "dev.tsv", "--android", assets]
    assert "exists already" in fails(*argv)
    assert not (home / "intents.tflite").exists()


def test_needs_examples(home, tmp_path, fails):
    argv = ["export", home / "model", tmp_path / "a.tflite"]
    said = fails(*argv, "--android", tmp_path)
    assert "--android needs --verify" in said


def test_refuses_what_is_no_name_of_an_asset(home, tmp_path, fails):
    argv = ["export", home / "model", tmp_path / "my model.tflite"]
    argv += ["--verify", home / "dev.tsv", "--android", tmp_path]
    assert "'my model.tflite' cannot be an asset" in fails(*argv)


def test_answers_are_for_texts_as_they_are_typed(assets, tmp_path, monkeypatch):
    """A file of tags may have a word where typing gives three."""
    preprocessor = export.load(assets / "models/intents.tflite").preprocessor

    def run(rows):
        lengths = [len(encoding.token_ids) for encoding in rows.encodings]
        return {"logits": [np.zeros((length, 2)) for length in lengths]}

    predictor = Predictor(Tagging(["NOUN", "VERB"]), preprocessor, run)
    monkeypatch.setattr("export.android_assets.load", lambda _: predictor)
    example = TaggedText("tatra-park", [(0, 10)])
    export.to_android(assets / "intents.tflite", tmp_path, [example])
    answers = json.loads((tmp_path / "models/intents.json").read_text("utf-8"))
    words = answers["examples"][0]["answer"]["words"]
    assert [one["text"] for one in words] == ["tatra", "-", "park"]
