"""The command line, with right input and with wrong."""

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from albert_tf import cli
from albert_tf.recipes import snips

COMMANDS = [
    "convert",
    "demo",
    "evaluate",
    "export",
    "finetune",
    "info",
    "predict",
    "vocabulary",
]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Small files, a model trained on them and its exported file."""
    home = tmp_path_factory.mktemp("cli")
    for split, number in (("train", 240), ("dev", 40), ("test", 40)):
        examples = snips.examples(split)
        examples = examples[:: len(examples) // number][:number]
        rows = [f"{e.text}\t{e.label}" for e in examples]
        text = "\n".join(["text\tlabel", *rows]) + "\n"
        (home / f"{split}.tsv").write_text(text, encoding="utf-8")
    argv = ["finetune", "--model", "albert_pico", "--epochs", "1"]
    argv += ["--train", f"{home}/train.tsv", "--dev", f"{home}/dev.tsv"]
    assert call([*argv, "--output", f"{home}/model"]) == 0
    assert call(["export", f"{home}/model", f"{home}/model.tflite"]) == 0
    return home


def call(argv) -> int:
    """Runs the command in this process; its exit status."""
    before = sys.argv
    sys.argv = ["albert-tf", *map(str, argv)]
    try:
        cli.main()
    except SystemExit as error:
        return error.code
    finally:
        sys.argv = before


@pytest.fixture
def fails(capsys):
    """Runs a command that must fail; the one line that it says."""

    def run(*argv) -> str:
        capsys.readouterr()
        assert call(argv) == 2
        said = [
            line
            for line in capsys.readouterr().err.splitlines()
            if "warning:" not in line
        ]
        assert len(said) == 1, said
        assert said[0].startswith("albert-tf: ")
        return said[0]

    return run


def finetune(home, *changes, **files):
    """The arguments of a fine-tuning into `home/out`."""
    paths = {"train": home / "train.tsv", "dev": home / "dev.tsv", **files}
    argv = ["finetune", "--model", "albert_pico", "--epochs", "1"]
    for name, path in {"output": home / "out", **paths}.items():
        argv += [f"--{name}", path]
    return [*argv, *changes]


def left(home) -> set[str]:
    return {path.name for path in home.iterdir()}


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


# === Right input ===


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
    done = subprocess.run(
        [sys.executable, "-m", "albert_tf.cli", "predict"]
        + [str(home / "model.tflite"), "--json"],
        input="play jazz\nwird es regnen, größer?\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.stderr == ""
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["text"] == "play jazz"
    assert second["text"] == "wird es regnen, größer?"
    assert first["score"] == max(first["scores"].values())


def test_export_verifies(home, capsys):
    output = home / "verified.tflite"
    argv = ["export", home / "model", output, "--verify", home / "test.tsv"]
    assert call([*argv, "--threshold", "100"]) == 0
    assert "agreement" in capsys.readouterr().out


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


def test_info(capsys, home):
    assert call(["info"]) == 0
    assert "albert_xxlarge_v2" in capsys.readouterr().out
    assert call(["info", "albert_base_v2"]) == 0
    out = capsys.readouterr().out
    assert "11,683,584" in out
    assert "11.19" in out
    assert "Few parameters do not mean few operations" in out
    assert call(["info", home / "model"]) == 0


def test_vocabulary(home, data_dir, capsys):
    argv = ["vocabulary", data_dir / "books_excerpt.txt", "--size", "300"]
    assert call([*argv, "--output", home / "own.model"]) == 0
    assert (home / "own.model").exists()


def test_long_texts_are_cut_and_counted(home, capsys):
    path = home / "long.tsv"
    rows = ["word " * 900 + "\tA", "short\tB", "shorter\tA", "brief\tB"]
    path.write_text("text\tlabel\n" + "\n".join(rows) + "\n")
    argv = finetune(home, train=path, dev=path)
    assert call([*argv, "--overwrite"]) == 0
    assert "truncated 25.0% of the examples" in capsys.readouterr().out


def test_output_fits_a_narrow_terminal(home, capsys):
    assert call([*finetune(home), "--overwrite"]) == 0
    captured = capsys.readouterr()
    assert "tokens/s" in captured.out
    assert max(map(len, captured.out.splitlines())) <= 80
    assert "\n\n" not in captured.out


# === Wrong input ===

BAD_FILES = {
    "none.tsv": (None, "none.tsv"),
    "empty.tsv": (b"", "empty.tsv"),
    "header.tsv": (b"text\tlabel\n", "header.tsv"),
    "latin.tsv": (b"text\tlabel\ncaf\xe9\tA\n", "latin.tsv.*UTF-8"),
    "few.tsv": (b"text\tlabel\na\tA\nb\n", "few.tsv:3: 1 column"),
    "one.tsv": (b"text\tlabel\na\tA\nb\tA\n", "same label"),
    "other.tsv": (b"text\tclass\na\tA\nb\tB\n", "other.tsv.*label"),
    "text.docx": (b"PK", "text.docx"),
    "cut.tsv.gz": (gzip.compress(b"text\tlabel\n" * 99)[:30], "cut.tsv.gz"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_training_files(home, fails, name):
    content, message = BAD_FILES[name]
    directory = home / "bad"
    directory.mkdir(exist_ok=True)
    path = directory / name
    if content is not None:
        path.write_bytes(content)
    before = left(home)
    assert re.search(
        message, fails(*finetune(home, train=path, output=home / "never"))
    )
    assert left(home) == before


def test_unknown_label(home, fails):
    path = home / "unknown.tsv"
    path.write_text("text\tlabel\nplay jazz\tPlayMusik\n")
    said = fails("evaluate", home / "model", path)
    assert "unknown.tsv" in said
    assert 'unknown label "PlayMusik"' in said
    assert 'did you mean "PlayMusic"' in said
    said = fails(*finetune(home, dev=path, output=home / "never"))
    assert 'unknown label "PlayMusik"' in said


def test_unknown_preset(home, fails):
    argv = finetune(home, "--model", "albert_bas_v2", output=home / "never")
    assert "albert_base_v2" in fails(*argv)
    assert "albert_base_v2" in fails("info", "albert_bas_v2")


def test_checkpoint_of_another_configuration(home, fails):
    source = home / "mixed"
    copy(home / "model", source)
    config = json.loads((source / "config.json").read_text())
    config["intermediate_size"] *= 2
    (source / "config.json").write_text(json.dumps(config))
    said = fails("evaluate", source, home / "test.tsv")
    assert "feed_forward/intermediate/kernel" in said


def test_vocabulary_of_another_size(home, fails, data_dir):
    from albert_tf.tokenizers import train_vocabulary

    source = home / "other_vocabulary"
    copy(home / "model", source)
    train_vocabulary(
        [data_dir / "books_excerpt.txt"],
        source / "vocabulary.model",
        vocab_size=200,
        overwrite=True,
    )
    said = fails("predict", source, "a")
    assert "200" in said
    assert "30000" in said


@pytest.mark.parametrize("share", [0.1, 0.6, 0.999])
def test_truncated_tflite(home, fails, share):
    content = (home / "model.tflite").read_bytes()
    path = home / "cut.tflite"
    path.write_bytes(content[: int(share * len(content))])
    assert "cut.tflite: truncated" in fails("predict", path, "a")


def test_truncated_safetensors(home, fails):
    source = home / "cut"
    copy(home / "model", source)
    weights = source / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    assert "weights.safetensors: truncated" in fails("predict", source, "a")


def test_existing_outputs(home, fails):
    before = (home / "model" / "config.json").read_bytes()
    assert "exists already" in fails(*finetune(home, output=home / "model"))
    model, file = home / "model", home / "model.tflite"
    assert "exists already" in fails("export", model, file)
    assert "exists already" in fails("convert", model, home / "model")
    assert (home / "model" / "config.json").read_bytes() == before


def test_full_disk(home, fails, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    before = left(home)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        output = home / "never"
        said = fails(*finetune(home, output=output))
        assert "No space left on device" in said
        said = fails("export", home / "model", output.with_suffix(".tflite"))
        assert "No space left on device" in said
    assert left(home) == before


def test_other_mistakes(home, fails, monkeypatch):
    assert "epochs=-1" in fails(*finetune(home, "--epochs", -1, output="x"))
    assert "int3" in fails(
        "export", home / "model", home / "n.tflite", "--quantization", "int3"
    )
    assert "one of albert_tf" in fails(
        "convert", home / "model", home / "n", "--to", "onnx"
    )
    assert "no such file" in fails("predict", home / "none.tflite", "a")
    assert "model.json" in fails("predict", home / "bad", "a")


@pytest.mark.parametrize(
    ("stdin", "message"),
    [(b"", "standard input is empty"), (b"\xff\xfe", "not UTF-8")],
)
def test_bad_standard_input(home, stdin, message):
    done = subprocess.run(
        [sys.executable, "-m", "albert_tf.cli", "predict"]
        + [str(home / "model.tflite")],
        input=stdin,
        capture_output=True,
    )
    assert done.returncode == 2
    assert message in done.stderr.decode()


def test_wrong_usage(capsys):
    assert call(["finetun"]) == 2
    assert "finetune" in capsys.readouterr().err
    assert call(["predict"]) == 2
    assert call(["info", "--nothing"]) == 2


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
    assert "best weights so far" in errors.splitlines()[-1]
    assert call(["predict", home / "interrupted", "play jazz"]) == 0


def copy(source, target):
    shutil.copytree(source, target)
