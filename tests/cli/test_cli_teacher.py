"""`albert-tf finetune --teacher`, from files to a model."""

import json

import pytest
from commands import call, finetune, left

from albert_tf.errors import UserError

pytestmark = [
    pytest.mark.filterwarnings("ignore:the weights of"),
    pytest.mark.filterwarnings("ignore:.*learned nothing"),
]


@pytest.fixture
def folder(tmp_path, home):
    """The small files, and texts without labels in two forms."""
    for name in ("train", "dev"):
        lines = (home / f"{name}.tsv").read_text().splitlines()
        lines = [lines[0], *lines[1::6]] if name == "train" else lines[:17]
        (tmp_path / f"{name}.tsv").write_text("\n".join(lines) + "\n")
    texts = [row.split("\t")[0] for row in lines[1:]]
    (tmp_path / "more.txt").write_text("\n\n".join(texts[:5]) + "\n")
    (tmp_path / "more.tsv").write_text("text\n" + "\n".join(texts[5:9]) + "\n")
    return tmp_path


@pytest.mark.usefixtures("eager")
def test_a_model_and_texts_without_labels(folder, home, capsys):
    argv = finetune(folder, "--teacher", home / "model")
    argv += ["--teacher-weight", "0.8", "--teacher-temperature", "3"]
    argv += ["--unlabelled", folder / "more.txt"]
    assert call([*argv, "--unlabelled", folder / "more.tsv"]) == 0
    assert "unlabelled: 9 examples" in capsys.readouterr().out
    report = json.loads((folder / "out/report.json").read_text())
    assert report["teacher"] == str(home / "model")
    assert report["teacher_weight"] == 0.8
    assert report["teacher_temperature"] == 3.0
    assert report["examples without labels"] == 9


@pytest.mark.usefixtures("eager")
def test_what_predict_has_written_is_a_teacher(folder, home, capsys):
    argv = ["predict", home / "model", "--input", folder / "train.tsv"]
    capsys.readouterr()
    assert call([*argv, "--json"]) == 0
    path = folder / "logits.jsonl"
    path.write_text(capsys.readouterr().out)
    assert len(path.read_text().splitlines()) == 40
    assert call(finetune(folder, "--teacher", path)) == 0
    assert (folder / "out/config.json").exists()


def test_what_arrives(folder, monkeypatch):
    got = {}

    def record(*args, **rest):
        got.update(rest)
        raise UserError("far enough")

    monkeypatch.setattr("albert_tf.training.finetune.finetune", record)
    assert call(finetune(folder)) == 2
    assert got["teacher"] is None
    assert got["unlabelled"] == []
    assert call(finetune(folder, "--teacher", "t")) == 2
    teacher = got["teacher"]
    assert (teacher.teacher, teacher.teacher_weight) == ("t", 0.5)
    assert teacher.teacher_temperature == 2.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--unlabelled", "{}/more.txt"], "--unlabelled needs --teacher"),
        (["--teacher-weight", "0.3"], "teacher=None must be a model or a file"),
        (["--teacher", "{}/none"], "none"),
        (["--teacher", "{}/x.jsonl"], "x.jsonl: has 1 lines, but there are 40"),
        (["--teacher", "albert_pico"], "is an AlbertEncoder; a teacher of cl"),
        (["--teacher", "t", "--teacher-weight", "2"], "must be from 0 to 1"),
        (["--teacher", "t", "--unlabelled", "{}/blank.txt"], "has no texts"),
    ],
)
def test_mistakes_are_one_line(folder, fails, options, message):
    (folder / "x.jsonl").write_text("{}\n")
    (folder / "blank.txt").write_text("\n \n")
    options = [one.format(folder) for one in options]
    before = left(folder)
    assert message in fails(*finetune(folder, *options))
    assert left(folder) == before


def test_folds_need_a_model(folder, fails):
    argv = ["finetune", "--train", folder / "train.tsv", "--folds", 2]
    argv += ["--output", folder / "out", "--teacher", "x.jsonl"]
    assert "give a model as --teacher" in fails(*argv)


@pytest.mark.slow
def test_students_of_every_depth_from_one_training(folder, home, capsys):
    """Each exit learns from the teacher, and is a classifier by itself."""
    argv = finetune(folder, "--teacher", home / "model")
    assert call([*argv, "--task", "early-exit"]) == 0
    small = folder / "one"
    assert call(["compress", folder / "out", small, "--exit", 1]) == 0
    config = json.loads((small / "config.json").read_text())
    assert config["num_hidden_layers"] == 1
    assert call(["export", small, folder / "one.tflite"]) == 0
    capsys.readouterr()
    argv = ["predict", folder / "one.tflite", "play some jazz", "--json"]
    assert call(argv) == 0
    assert "saved_layers" not in json.loads(capsys.readouterr().out)
