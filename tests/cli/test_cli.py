"""The command line with right input."""

import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from commands import call, finetune, left

from albert_tf.cli import tables
from albert_tf.cli.terminal import console, say
from albert_tf.config import AlbertConfig
from albert_tf.evaluation.classification import evaluate_classification
from albert_tf.tasks.classification import Classification

COMMANDS = [
    "benchmark",
    "convert",
    "demo",
    "embed",
    "evaluate",
    "export",
    "finetune",
    "info",
    "predict",
    "prepare",
    "pretrain",
    "vocabulary",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command, capsys):
    assert call([command, "--help"]) == 0
    assert f"albert-tf {command}" in capsys.readouterr().out


def test_help_loads_nothing_heavy():
    code = (
        "import sys, albert_tf.cli;"
        "print({'numpy', 'keras', 'tensorflow'} & set(sys.modules))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert out.stdout.strip() == "set()"


@pytest.mark.slow
def test_evaluate(home, capsys):
    for model in (home / "model", home / "model.tflite"):
        plot = home / f"{model.name}.png"
        argv = ["evaluate", model, home / "test.tsv", "--plot", plot]
        assert call(argv) == 0
        out = capsys.readouterr().out
        assert "accuracy" in out
        assert "PlayMusic" in out
        assert plot.read_bytes().startswith(b"\x89PNG")


def test_predict(home, capsys):
    for model in (home / "model", home / "model.tflite"):
        assert call(["predict", model, "play jazz", "[bold]rain[/]"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split("\t")[2] for line in lines] == [
            "play jazz",
            "[bold]rain[/]",
        ]


def test_predict_from_stdin_as_json(home):
    texts = ["play jazz", "wird es\u2028regnen, größer?", "", "[i]x[/i]"]
    done = subprocess.run(
        [sys.executable, "-m", "albert_tf.cli", "predict"]
        + [str(home / "model.tflite"), "--json"],
        input="\r\n".join(texts).encode("utf-8-sig"),
        capture_output=True,
    )
    assert done.stderr == b""
    said = [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]
    assert [one["text"] for one in said] == texts
    assert said[0]["score"] == max(said[0]["scores"].values())


@pytest.mark.parametrize(
    "arguments", [["predict", "play jazz"], ["evaluate", "{home}/test.tsv"]]
)
def test_a_file_needs_no_tensorflow(home, arguments):
    command, last = arguments
    argv = [command, f"{home}/model.tflite", last.format(home=home)]
    code = (
        "import sys, albert_tf.cli as cli\n"
        f"sys.argv = ['albert-tf', *{argv!r}]\n"
        "try: cli.main()\n"
        "finally: print({'keras', 'tensorflow'} & set(sys.modules))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert out.stderr == ""
    assert out.stdout.splitlines()[-1] == "set()"


def test_predict_pairs(home, capsys):
    scores = []
    for extra in ([], ["--pair", "book a table"]):
        argv = ["predict", home / "model.tflite", "play jazz", "--json"]
        assert call([*argv, *extra]) == 0
        scores.append(json.loads(capsys.readouterr().out)["score"])
    assert scores[0] != scores[1]


def test_export_verifies(home, capsys):
    output = home / "verified.tflite"
    argv = ["export", home / "model", output, "--verify", home / "test.tsv"]
    assert call([*argv, "--threshold", "100"]) == 0
    assert "agreement" in capsys.readouterr().out


@pytest.mark.slow
def test_export_leaves_no_file_that_fails_verification(
    home, fails, monkeypatch
):
    monkeypatch.setattr(Classification, "same", lambda *answers: False)
    before = left(home)
    argv = ["export", home / "model", home / "bad.tflite"]
    argv += ["--verify", home / "test.tsv"]
    assert "same answer as Keras to 0.0%" in fails(*argv)
    assert "threshold=nan" in fails(*argv, "--threshold", "nan")
    assert left(home) == before


def test_convert_there_and_back(home):
    for step, (source, target) in enumerate(
        [
            (f"{home}/model", "huggingface"),
            (f"hf:{home}/step0", "tf1"),
            (f"tf1:{home}/step1", "albert_tf"),
        ]
    ):
        output = home / f"step{step}"
        assert call(["convert", source, output, "--to", target]) == 0
    from safetensors.numpy import load_file

    before = load_file(home / "model/weights.safetensors")
    after = load_file(home / "step2/weights.safetensors")
    assert before.keys() == after.keys()
    assert all((before[name] == after[name]).all() for name in before)


def test_info(capsys, home, tmp_path):
    assert call(["info"]) == 0
    assert "albert_xxlarge_v2" in capsys.readouterr().out
    assert call(["info", "albert_base_v2"]) == 0
    out = capsys.readouterr().out
    assert "11,683,584" in out
    assert "11.19" in out
    assert "Few parameters do not mean few operations" in out
    own = dataclasses.replace(
        AlbertConfig.from_preset("albert_mini"),
        shared_norms=False,
        layer_adapters=4,
    )
    (tmp_path / "own.json").write_text(json.dumps(own.to_dict()))
    assert call(["info", tmp_path / "own.json"]) == 0
    out = capsys.readouterr().out
    assert re.search("distinct blocks +│ +1 ", out)
    assert re.search("LayerNorm and biases +│ +each layer its own", out)
    assert re.search("layer_adapters +│ +4 ", out)
    assert call(["info", home / "model"]) == 0
    assert call(["info", home / "model" / "config.json"]) == 0
    assert "0.00 " not in capsys.readouterr().out  # small, but not nothing


def test_vocabulary(home, data_dir, capsys):
    argv = ["vocabulary", data_dir / "books_excerpt.txt", "--size", "300"]
    assert call([*argv, "--output", home / "own.model"]) == 0
    assert (home / "own.model").exists()
    assert "300 tokens" in capsys.readouterr().out


@pytest.mark.slow
def test_long_texts_are_cut_and_counted(home, capsys):
    path = home / "long.tsv"
    rows = ["word " * 900 + "\tA", "short\tB", "shorter\tA", "brief\tB"]
    path.write_text("text\tlabel\n" + "\n".join(rows) + "\n")
    argv = finetune(home, train=path, dev=path)
    assert call([*argv, "--overwrite"]) == 0
    told = "truncated 25.0% of the sequences"
    assert told in capsys.readouterr().out
    for argv in (
        ["evaluate", home / "out"],
        ["predict", home / "out", "--input"],
    ):
        assert call([*argv, path]) == 0
        assert told in capsys.readouterr().err


def test_output_fits_a_narrow_terminal(home):
    lines = (home / "finetune.log").read_text(encoding="utf-8").splitlines()
    assert any("tokens/s" in line for line in lines)
    path = lines.pop()
    assert path == f"saved to {home}/model"  # whole, to be copied
    assert max(map(len, lines)) <= 80
    assert "" not in lines


def test_files_have_the_usual_permissions(home):
    usual = home / "usual"
    usual.touch()
    for file in [*(home / "model").iterdir(), home / "model.tflite"]:
        assert file.stat().st_mode == usual.stat().st_mode, file


@pytest.mark.parametrize("name", ["[bold]x[/bold]", ":smile:", "a" * 200])
def test_names_are_shown_literally(name, capsys):
    report = evaluate_classification([0, 1], [0, 1], [name, "b"])
    for table in tables.score(report):
        console.print(table)
    say(name)
    lines = capsys.readouterr().out.splitlines()
    cells = [line[1:].split("│")[0].strip() for line in lines]
    assert name in "".join(cells)
    assert lines[-1] == name


@pytest.mark.slow
def test_interrupted_training_keeps_the_best_weights(home):
    argv = finetune(home, "--epochs", "500", output=home / "interrupted")
    process = subprocess.Popen(
        [sys.executable, "-m", "albert_tf.cli", *map(str, argv)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    for line in process.stdout:
        if line.startswith("epoch 1/"):
            break
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2, errors
    assert str(home / "interrupted") in errors.splitlines()[-1]
    assert "the best so far" in errors.splitlines()[-1]
    assert "the same command with --resume goes on" in errors
    assert call(["predict", home / "interrupted", "play jazz"]) == 0
    assert call(argv) == 2  # not begun anew by oversight
    assert call([*argv, "--resume", "--overwrite"]) == 2
    assert call([*argv, "--resume", "--learning-rate", "1"]) == 2


def test_predictions_of_pairs_have_both_texts(home, tmp_path, capsys):
    path = tmp_path / "pairs.jsonl"
    rows = [
        {"sentence1": "one\nline\there", "sentence2": "two"},
        {"sentence1": "three", "sentence2": "four"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    argv = ["predict", home / "model.tflite", "--input", path]
    assert call([*argv, "--json"]) == 0
    out, err = capsys.readouterr()
    found = [json.loads(line) for line in out.splitlines()]
    assert [[f["text"], f["pair"]] for f in found] == [
        [row["sentence1"], row["sentence2"]] for row in rows
    ]
    assert 'read text "sentence1", pair "sentence2"' in err
    assert call(argv) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[2:] for line in lines] == [
        ["one line here", "two"],
        ["three", "four"],
    ]


def test_json_is_all_that_is_said(home, tmp_path, capsys):
    argv = ["evaluate", home / "model", home / "test.tsv", "--json"]
    assert call([*argv, "--plot", tmp_path / "score.png"]) == 0
    assert json.loads(capsys.readouterr().out)["examples"] == 40
    assert (tmp_path / "score.png").exists()


def test_a_terminal_that_cannot_show_a_text(home):
    done = subprocess.run(
        [sys.executable, "-m", "albert_tf.cli", "predict"]
        + [home / "model.tflite", "日本"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert r"\u65e5\u672c" in done.stdout
