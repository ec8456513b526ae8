"""`albert-tf export --android`."""

import hashlib
import json

import numpy as np
import pytest
from commands import call

import export
from albert_tf.data.example import Example
from albert_tf.errors import UserError
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


PAIRS = [
    ("play some jazz", "Play some jazz", 5),
    ("play some jazz", "book a table for two", 0.5),
    ("what is the weather in Rome", "will it rain in Rome", 3),
]
SENTENCES = [*dict.fromkeys(text for pair in PAIRS for text in pair[:2])]


@pytest.fixture(scope="module")
def sentences(home, tmp_path_factory):
    """The file of an embedder, and its answers."""
    folder = tmp_path_factory.mktemp("sentences")
    rows = [("sentence1", "sentence2", "score"), *PAIRS]
    lines = ["\t".join(map(str, row)) + "\n" for row in rows]
    (folder / "sts.tsv").write_text("".join(lines), encoding="utf-8")
    argv = ["export", home / "model", folder / "sentences.tflite"]
    argv += ["--task", "similarity", "--verify", folder / "sts.tsv"]
    assert call([*argv, "--threshold", "200", "--android", folder]) == 0
    text = (folder / "models/sentences.json").read_text("utf-8")
    return folder / "sentences.tflite", json.loads(text)["examples"]


def test_an_embedder_answers_each_sentence_with_the_nearest(sentences):
    file, examples = sentences
    predictor = export.load(file)
    assert [one["text"] for one in examples] == SENTENCES
    for one in examples:
        others = [text for text in SENTENCES if text != one["text"]]
        cosines = predictor.predict([one["text"]] * len(others), others)
        best = int(np.argmax(cosines))
        assert one["answer"]["nearest"] == others[best]
        found = one["answer"]["similarity"]
        assert found == pytest.approx(cosines[best], abs=1e-5)
        rows = predictor.rows([predictor.task.example(one["text"])])
        assert one["token_ids"] == [rows.features(0)["token_ids"][0].tolist()]
        assert one["pair"] is None


def test_a_sentence_with_the_same_tokens_is_another(sentences):
    first, second = sentences[1][:2]
    assert first["token_ids"] == second["token_ids"]
    assert first["answer"]["nearest"] == second["text"]
    assert second["answer"]["nearest"] == first["text"]


def test_an_embedder_learned_of_pairs_has_sentences_too(home, tmp_path):
    file = tmp_path / "pairs.tflite"
    argv = ["export", home / "model", file, "--task", "contrastive"]
    assert call(argv) == 0
    _, path = export.to_android(
        file, tmp_path, [Example("play some jazz", "play music"), Example("hi")]
    )
    answers = json.loads(path.read_text("utf-8"))
    assert answers["task"] == "contrastive"
    texts = [one["text"] for one in answers["examples"]]
    assert texts == ["play some jazz", "play music", "hi"]


def test_one_sentence_has_no_nearest(sentences, tmp_path):
    with pytest.raises(UserError, match="two are needed, there is 1"):
        export.to_android(sentences[0], tmp_path, [Example("a", "a")])
    assert not (tmp_path / "models").exists()
