"""Question answering goes the whole way, from files to a file."""

import json
import subprocess
import sys

import numpy as np
import pytest
from commands import call

import export
from albert_tf.data.squad import read_squad
from albert_tf.models import (
    AlbertJointQuestionAnswerer,
    AlbertQuestionAnswerer,
    load_model,
    model_classes,
)
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor

pytestmark = pytest.mark.filterwarnings("ignore:the weights of")

NAMES = ["Anna", "Tom", "Zoë", "李明"]
THINGS = ["red ball", "blue key", "old café", "map", "😀 sign", "wet dog"]


def squad(seed, count, impossible=True):
    """Who has what; some that are asked for are not there."""
    rng = np.random.default_rng(seed)
    paragraphs = []
    for number in range(count):
        names = [NAMES[k] for k in rng.permutation(4)[:3]]
        things = [THINGS[k] for k in rng.permutation(6)[:3]]
        parts = [
            f"{name} has a {thing}."
            for name, thing in zip(names, things, strict=True)
        ]
        context = " ".join(parts)
        qas = [
            {
                "question": f"What has {name}?",
                "id": f"{seed}-{number}-{name}",
                "answers": [
                    {"text": thing, "answer_start": context.index(thing)}
                ],
            }
            for name, thing in zip(names[:2], things[:2], strict=True)
        ]
        if impossible:
            (missing,) = set(NAMES) - set(names)
            qas.append(
                {
                    "question": f"What has {missing}?",
                    "id": f"{seed}-{number}-none",
                    "answers": [],
                    "is_impossible": True,
                }
            )
        paragraphs.append({"context": context, "qas": qas})
    return {"data": [{"paragraphs": paragraphs}]}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("qa")
    for seed, (name, count) in enumerate((("train", 6), ("dev", 3))):
        text = json.dumps(squad(seed, count), ensure_ascii=False)
        (home / f"{name}.json").write_text(text, encoding="utf-8")
    context = "Anna has a red ball.\nTom has a blue key."
    (home / "context.txt").write_text(context, encoding="utf-8")
    return home


@pytest.fixture(scope="module", params=["qa", "joint-qa"])
def trained(request, home):
    """Of each of the tasks that answer questions."""
    argv = ["finetune", "--task", request.param, "--model", "albert_pico"]
    argv += ["--train", home / "train.json", "--dev", home / "train.json"]
    output = home / request.param
    argv += ["--output", output, "--epochs", 2, "--batch-size", 6]
    assert call([*argv, "--max-length", 64, "--baseline"]) == 0
    return output


@pytest.fixture(scope="module")
def file(trained, home):
    path = home / f"{trained.name}.tflite"
    argv = ["export", trained, path, "--quantization", "float32"]
    assert call([*argv, "--verify", home / "dev.json"]) == 0
    return path


@pytest.mark.slow
def test_the_threshold_of_the_dev_examples_is_kept(trained, home, capsys):
    report = json.loads((trained / "report.json").read_text())
    task = find_task(trained.name)
    assert report["task"] == task.name
    assert report["train"]["read"] == "6 contexts, 6 without an answer"
    assert report["dev"]["classes"]["HasAns"]["support"] == 12
    figures = {"exact", "f1", "best_exact", "best_f1"}
    assert set(report["history"]) == {"loss", *(f"val_{x}" for x in figures)}
    threshold = report["dev"]["settings"]["null_threshold"]
    model = load_model(trained)
    assert type(model) is model_classes()[task.model_name]
    assert model.null_threshold == threshold
    argv = ["evaluate", trained, home / "train.json", "--json"]
    assert call(argv) == 0
    score = json.loads(capsys.readouterr().out)
    assert score["f1"] == pytest.approx(report["dev"]["best_f1"])


@pytest.mark.slow
def test_evaluate_shows_parts_and_threshold(trained, home, capsys):
    assert call(["evaluate", trained, home / "dev.json"]) == 0
    out = capsys.readouterr().out
    for shown in ("HasAns", "NoAns", "best f1", "null threshold", "3 contexts"):
        assert shown in out


@pytest.mark.slow
def test_the_file_answers_as_keras(trained, file, home):
    keras = Predictor.of_model(load_model(trained))
    tflite = export.load(file)
    assert tflite.task.settings == keras.task.settings
    assert tflite.task.null_threshold is not None
    questions = read_squad(home / "dev.json")
    for one, other in zip(
        keras.answers(questions), tflite.answers(questions), strict=True
    ):
        assert one.best.answer == other.best.answer
        assert one.no_answer == pytest.approx(other.no_answer, abs=1e-3)


@pytest.mark.slow
def test_predict_from_a_context(file, home, capsys):
    argv = ["predict", file, "--context", home / "context.txt"]
    questions = ["What has Anna?", "What has Tom?"]
    assert call([*argv, *questions]) == 0
    text = (home / "context.txt").read_text()
    for line, question in zip(
        capsys.readouterr().out.splitlines(), questions, strict=True
    ):
        answer, score, asked, *shown = line.split("\t")
        assert asked == question
        assert 0 < float(score) <= 1
        if answer == "(no answer)":
            assert shown == []
        else:
            assert answer in " ".join(text.split())
            assert f"**{answer}**" in shown[0]
    assert call([*argv, *questions, "--json"]) == 0
    for line in capsys.readouterr().out.splitlines():
        said = json.loads(line)
        assert said["pair"] == text
        for one in (said, *said["candidates"]):
            if one["start"] is not None:
                assert text[one["start"] : one["end"]] == one["answer"]
    argv = ["predict", file, "--input", home / "dev.json", "--json"]
    assert call(argv) == 0
    ids = [json.loads(x)["id"] for x in capsys.readouterr().out.splitlines()]
    assert ids == [one.id for one in read_squad(home / "dev.json")]


@pytest.mark.slow
def test_a_file_needs_no_tensorflow(file, home):
    code = (
        "import sys, export\n"
        f"predictor = export.load({str(file)!r})\n"
        "predictor.predict(['What has Tom?'], ['Tom has a map.'])\n"
        "print({'keras', 'tensorflow'} & set(sys.modules))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert out.stdout == "set()\n", out.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", [AlbertQuestionAnswerer, AlbertJointQuestionAnswerer]
)
def test_real_questions_by_keras_and_file(shared, tmp_path, kind):
    """Windows of several lengths, over real contexts; the head is random."""
    path = shared / "data" / "xquad_en" / "xquad.en.json.gz"
    questions = [*read_squad(path)][::24]
    model = kind.from_preset("albert_pico")
    model.preprocessor = model.preprocessor.with_max_length(160)
    export.to_tflite(model, tmp_path / "qa.tflite", "float32")
    report = export.verify(model, tmp_path / "qa.tflite", questions)
    assert report.examples == 50
    assert report.agreement == 1
    assert report.max_difference < 1e-4


def test_mistakes_on_the_command_line(home, capsys):
    good = home / "context.txt"
    none, empty = home / "none.txt", home / "empty.txt"
    empty.write_text("")
    for argv, message in (
        (["--context", none, "who"], "there is no such file"),
        (["--context", empty, "who"], "the context is empty"),
        (
            ["--context", good, "--pair", "x", "who"],
            "--context takes the place",
        ),
        (["who"], "has no context"),
    ):
        said = ["predict", "albert_pico", "--task", "qa", *argv]
        capsys.readouterr()
        assert call(said) == 2
        lines = capsys.readouterr().err.splitlines()
        assert message in lines[-1], lines
        assert sum("warning:" not in line for line in lines) == 1
