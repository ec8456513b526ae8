"""Early exit from texts to a file."""

import json

import numpy as np
import pytest

import export
from albert_tf.data.example import Example
from albert_tf.models import load_model
from albert_tf.recipes import snips
from albert_tf.tasks.early_exit import EarlyExit
from albert_tf.tasks.predictor import Predictor
from albert_tf.training.finetune import finetune
from albert_tf.training.finetune_options import FinetuneOptions

pytestmark = pytest.mark.filterwarnings("ignore:the weights of")

LABELS = ["a", "b"]
LOGITS = np.array(
    [
        [[0.0, 1.0], [0.0, 3.0], [0.0, 5.0]],
        [[0.1, 0.0], [0.0, 0.2], [3.0, 0.0]],
    ]
)
EXAMPLES = [Example("x", label="b"), Example("y", label="a")]


def answers(task, logits=LOGITS):
    outputs = {"layer_logits": logits, "logits": logits[:, -1]}
    return task.answers(outputs, None, EXAMPLES)


def test_answers_of_keras_stop_as_a_file_does():
    first, second = answers(EarlyExit(LABELS, exit_threshold=0.7))
    assert first.label == "b"
    assert first.saved_layers == pytest.approx(2 / 3)
    assert first.score == pytest.approx(1 / (1 + np.exp(-1)))
    assert (second.label, second.saved_layers) == ("a", 0)
    saved = [first.saved_layers, 0]
    outputs = {"logits": LOGITS[[0, 1], [0, 2]], "saved_layers": saved}
    task = EarlyExit(LABELS)
    assert task.answers(outputs, None, EXAMPLES) == [first, second]
    assert task.to_text(first, EXAMPLES[0]) == "b\t0.7311\t-67%\tx"
    assert json.loads(json.dumps(task.to_json(first)))["saved_layers"] > 0.6


def test_a_score_has_what_was_saved_and_the_curve():
    task = EarlyExit(LABELS, exit_rule="patience", exit_threshold=1)
    score = task.score(answers(task), EXAMPLES)
    assert score.figures["accuracy"] == 1
    assert score.figures["saved_layers"] == pytest.approx(1 / 6)
    assert [one.threshold for one in score.curve] == [None, 1, 0]
    # Two examples promise nothing.
    assert score.settings == {"temperatures": None, "exit_threshold": None}
    assert score.to_dict()["curve"][1]["layers"] == 2.5


def test_enough_examples_choose_a_threshold():
    task = EarlyExit(LABELS, exit_rule="patience")
    logits = np.tile(LOGITS[:1], (400, 1, 1))
    found = task.answers({"layer_logits": logits}, None, None)
    settings = task.score(found, EXAMPLES[:1] * 400).settings
    assert settings["exit_threshold"] == 0


def test_temperatures_are_of_one_half_and_the_threshold_of_the_other():
    task = EarlyExit(LABELS)
    logits = np.tile(LOGITS, (400, 1, 1))  # all even ones are the first
    examples = EXAMPLES * 400
    settings = task.score(
        task.answers({"layer_logits": logits}, None, None), examples
    ).settings
    assert len(settings["temperatures"]) == 3
    assert settings["exit_threshold"] is None  # all odd ones need three


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("early")
    train = snips.examples("train")[::20]
    dev = snips.examples("dev")[::2]
    result = finetune(
        "albert_pico",
        train,
        dev,
        folder / "m",
        FinetuneOptions(
            epochs=6, batch_size=16, learning_rate=1e-3, dropout=0.0
        ),
        EarlyExit.of_examples(train),
    )
    return folder, result, dev


@pytest.mark.slow
@pytest.mark.parametrize("quantization", ["float32", "int8"])
def test_from_texts_to_a_file(trained, quantization, tmp_path):
    folder, result, dev = trained
    assert result.score.figures["accuracy"] > 0.5
    assert (folder / "m/score.png").stat().st_size > 1000
    report = json.loads((folder / "m/report.json").read_text())
    assert len(report["dev"]["curve"]) > 2
    model = load_model(folder / "m")
    assert model.temperatures == result.score.settings["temperatures"]
    model.exit_threshold = 0.8  # so few examples promise nothing
    path = tmp_path / "m.tflite"
    export.to_tflite(model, path, quantization=quantization)
    verified = export.verify(model, path, dev, threshold=3)
    assert verified.agreement > (0.99 if quantization == "float32" else 0.9)
    answers = export.load(path).answers(dev)
    saved = [round(answer.saved_layers, 3) for answer in answers]
    expected = Predictor.of_model(model).answers(dev)
    same = [
        round(one.saved_layers, 3) == other
        for one, other in zip(expected, saved, strict=True)
    ]
    assert np.mean(same) > 0.9
    assert len({*saved}) > 1


@pytest.mark.slow
def test_patience_in_a_file(trained, tmp_path):
    folder, _, dev = trained
    model = load_model(folder / "m")
    model.exit_rule, model.exit_threshold = "patience", 1
    export.to_tflite(model, tmp_path / "m.tflite", quantization="float32")
    found = export.load(tmp_path / "m.tflite").answers(dev)
    expected = Predictor.of_model(model).answers(dev)
    for one, other in zip(found, expected, strict=True):
        assert one.label == other.label
        assert one.saved_layers == pytest.approx(other.saved_layers)
