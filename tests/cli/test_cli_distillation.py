"""`albert-tf distill`, with right input and with wrong."""

import dataclasses
import json

import pytest
from commands import call

from albert_tf.config import AlbertConfig

NANO = AlbertConfig.from_preset("albert_nano_books_en")


@pytest.fixture
def argv(book_file, tmp_path):
    student = dataclasses.replace(
        NANO, hidden_size=64, num_hidden_layers=2, num_attention_heads=2
    )
    (tmp_path / "student.json").write_text(json.dumps(student.to_dict()))
    return {
        "--teacher": "albert_nano_books_en",
        "--student": tmp_path / "student.json",
        "--text": book_file,
        "--output": tmp_path / "run",
    }


def flat(arguments, *rest):
    return ["distill", *(x for pair in arguments.items() for x in pair), *rest]


@pytest.mark.slow
def test_distill(argv, tmp_path, capsys):
    sts = tmp_path / "sts.tsv"
    sts.write_text(
        "sentence1\tsentence2\tscore\na cat\ta cat\t5\na cat\ta dog\t2\n"
    )
    options = ["--steps", "4", "--batch-tokens", "256", "--log-every", "2"]
    options += ["--held-out-share", "0.1", "--sts", sts]
    assert call(flat(argv, *options)) == 0
    out = capsys.readouterr().out
    assert "step       4  dev" in out
    assert "Spearman" in out
    assert f"saved to {tmp_path / 'run' / 'model'}" in out
    config = json.loads((tmp_path / "run/model/config.json").read_text())
    assert (config["hidden_size"], config["vocab_size"]) == (64, 8000)


def test_a_teacher_without_weights(argv, fails):
    argv["--teacher"] = "albert_pico"
    assert "albert_pico: is the name of a configuration" in fails(*flat(argv))


def test_an_empty_folder(argv, fails, tmp_path):
    (tmp_path / "empty").mkdir()
    argv["--text"] = tmp_path / "empty"
    assert "empty: has no file of text" in fails(*flat(argv))


def test_a_wider_student(argv, fails, tmp_path):
    wide = dataclasses.replace(NANO, hidden_size=512)
    argv["--student"].write_text(json.dumps(wide.to_dict()))
    said = fails(*flat(argv))
    assert "student's hidden_size=512 must be at most its teacher's" in said
    assert not (tmp_path / "run").exists()


def test_a_text_in_another_language(argv, fails, tmp_path):
    (tmp_path / "text.txt").write_text("ՀԱՅԵՐԵՆ ԼԵԶՈՒ\n", encoding="utf-8")
    argv["--text"] = tmp_path / "text.txt"
    said = fails(*flat(argv))
    assert "in a language or script that the teacher's vocabulary" in said


def test_a_directory_with_other_files(argv, fails, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("mine")
    assert "has other files, such as mine.txt" in fails(*flat(argv))


@pytest.mark.slow
def test_without_a_student_the_teacher_is_made_smaller(argv, tmp_path):
    del argv["--student"]
    options = ["--steps", "1", "--batch-tokens", "256"]
    assert call(flat(argv, *options)) == 0
    config = json.loads((tmp_path / "run/model/config.json").read_text())
    assert (config["num_hidden_groups"], config["shared_norms"]) == (2, False)
