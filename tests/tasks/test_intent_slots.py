"""Intents and slots, in one pass of the encoder."""

import json

import numpy as np
import pytest
from commands import call

import export
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models import AlbertIntentSlotTagger, load_model
from albert_tf.tasks.intent_slots import IntentSlotTagging

pytestmark = pytest.mark.filterwarnings("ignore:the weights of")

ROOMS = ["kitchen", "bath room", "hall"]


def write(folder, seed, count):
    """Light and heating, in the three files of Goo et al."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        room = rng.choice(ROOMS)
        words = ["B-room", "I-room"][: len(room.split())]
        rows.append(
            [
                (f"light in the {room}", ["O", "O", "O", *words], "light"),
                (f"{room} is cold", [*words, "O", "O"], "heat"),
            ][rng.integers(2)]
        )
    folder.mkdir()
    for name, lines in (
        ("seq.in", [text for text, _, _ in rows]),
        ("seq.out", [" ".join(tags) for _, tags, _ in rows]),
        ("label", [intent for _, _, intent in rows]),
    ):
        (folder / name).write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("intent_slots")
    write(home / "train", 0, 120)
    write(home / "dev", 1, 30)
    return home


@pytest.fixture(scope="module")
def trained(home):
    argv = ["finetune", "--task", "intent-slots"]
    argv += ["--train", home / "train", "--dev", home / "dev"]
    argv += ["--model", "albert_pico", "--output", home / "model"]
    argv += ["--epochs", 12, "--learning-rate", "3e-3", "--dropout", 0]
    assert call([*argv, "--batch-size", 16]) == 0
    return home / "model"


def test_learns_both(trained):
    report = json.loads((trained / "report.json").read_text())
    assert report["dev"]["exact"] > 0.95
    assert report["dev"]["intent_accuracy"] > 0.95
    assert report["dev"]["slot_f1"] > 0.95


def test_the_file_answers_as_keras(trained, home, tmp_path, capsys):
    model = load_model(trained)
    path = tmp_path / "model.tflite"
    export.to_tflite(model, path)
    dev = IntentSlotTagging.read(home / "dev")
    assert export.verify(model, path, dev).agreement == 1
    capsys.readouterr()
    assert call(["predict", path, "light in the bath room", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["intent"] == "light"
    (slot,) = found["slots"]
    assert (slot["text"], slot["label"]) == ("bath room", "room")
    assert call(["predict", path, "hall is cold"]) == 0
    intent, _, text = capsys.readouterr().out.strip().split("\t")
    assert (intent, text) == ("heat", "[hall](room) is cold")


def test_the_baseline_is_of_both(home):
    """All rooms are seen in training, and a word tells the intent."""
    train, dev = (IntentSlotTagging.read(home / x) for x in ("train", "dev"))
    task = IntentSlotTagging.of_examples(train)
    assert task.baseline(train, dev) > 0.9
    assert task.baseline(train, dev[:1]) == 1


def test_intents_and_tags_in_another_order_are_the_same(trained):
    mine = load_model(trained)
    other = AlbertIntentSlotTagger.from_preset(
        trained, labels=[*reversed(mine.labels)], intents=["light", "heat"]
    )
    assert mine.intents == ["heat", "light"]
    for name, axis in (("logits", -1), ("intent_logits", -1)):
        one, two = (
            np.concatenate(
                [
                    np.atleast_2d(rows)
                    for rows in model.predict(["hall is cold"], verbose=0)[name]
                ]
            )
            for model in (mine, other)
        )
        np.testing.assert_allclose(one, np.flip(two, axis), atol=1e-5)


def test_other_intents_start_anew(trained):
    with pytest.warns(UserWarning, match="intent_logits"):
        AlbertIntentSlotTagger.from_preset(trained, intents=["a", "b"])


def test_the_loss_is_of_both():
    model = AlbertIntentSlotTagger(
        AlbertConfig.from_preset("albert_pico"), ["O", "B-a"], ["x", "y"]
    )
    outputs = {
        "logits": np.zeros((1, 3, 2), "float32"),
        "intent_logits": np.zeros((1, 2), "float32"),
    }
    targets = {"slots": np.array([[-1, 1, -1]]), "intents": np.array([0])}
    loss = float(model.compute_loss(y=targets, y_pred=outputs))
    assert loss == pytest.approx(2 * np.log(2), rel=1e-5)


@pytest.mark.parametrize(
    ("name", "lines", "message"),
    [
        ("label", "light\n", "seq.in has 2 lines, seq.out 2 and label 1"),
        ("seq.out", "O\nO O O\n", "line 1 of its files has 2 words, 1 tags"),
        ("label", "a b\nc\n", "and 2 intents"),
    ],
)
def test_files_that_do_not_fit_each_other(tmp_path, name, lines, message):
    (tmp_path / "seq.in").write_text("light on\nhall is cold\n")
    (tmp_path / "seq.out").write_text("O O\nB-room O O\n")
    (tmp_path / "label").write_text("light\nheat\n")
    assert len(IntentSlotTagging.read(tmp_path)) == 2
    (tmp_path / name).write_text(lines)
    with pytest.raises(UserError, match=message):
        IntentSlotTagging.read(tmp_path)


def test_a_text_without_intent_is_told(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "hall", "entities": []}\n')
    with pytest.raises(UserError, match="'hall' has no intent"):
        IntentSlotTagging.read(path)
