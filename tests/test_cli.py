"""The command line, with right input and with wrong."""

import contextlib
import gzip
import io
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
from commands import call

from albert_tf.cli import tables
from albert_tf.cli.terminal import console, say
from albert_tf.evaluation.classification import evaluate_classification
from albert_tf.recipes import snips
from albert_tf.tasks.classification import Classification

COMMANDS = [
    "convert",
    "demo",
    "evaluate",
    "export",
    "finetune",
    "info",
    "predict",
    "prepare",
    "pretrain",
    "vocabulary",
]


@pytest.fixture(autouse=True)
def terminal(monkeypatch):
    """As wide as when nobody looks."""
    monkeypatch.delenv("COLUMNS", raising=False)


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
    with contextlib.redirect_stdout(io.StringIO()) as output:
        assert call([*argv, "--output", f"{home}/model"]) == 0
    (home / "finetune.log").write_text(output.getvalue(), encoding="utf-8")
    assert call(["export", f"{home}/model", f"{home}/model.tflite"]) == 0
    return home


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


def test_info(capsys, home):
    assert call(["info"]) == 0
    assert "albert_xxlarge_v2" in capsys.readouterr().out
    assert call(["info", "albert_base_v2"]) == 0
    out = capsys.readouterr().out
    assert "11,683,584" in out
    assert "11.19" in out
    assert "Few parameters do not mean few operations" in out
    assert call(["info", home / "model"]) == 0
    assert call(["info", home / "model" / "config.json"]) == 0
    assert "0.00 " not in capsys.readouterr().out  # small, but not nothing


def test_vocabulary(home, data_dir, capsys):
    argv = ["vocabulary", data_dir / "books_excerpt.txt", "--size", "300"]
    assert call([*argv, "--output", home / "own.model"]) == 0
    assert (home / "own.model").exists()
    assert "300 tokens" in capsys.readouterr().out


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


# === Wrong input ===

BAD_FILES = {
    "none.tsv": (None, "none.tsv"),
    "empty.tsv": (b"", "empty.tsv"),
    "header.tsv": (b"text\tlabel\n", "header.tsv"),
    "latin.tsv": (b"text\tlabel\ncaf\xe9\tA\n", "latin.tsv.*UTF-8"),
    "few.tsv": (b"text\tlabel\na\tA\nb\n", "few.tsv:3: 1 column"),
    "one.tsv": (b"text\tlabel\na\tA\nb\tA\n", "same label"),
    "other.tsv": (b"text\tkind\na\tA\nb\tB\n", "other.tsv.*label"),
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


# The last 22 bytes are the end of the archive behind the network.
@pytest.mark.parametrize("cut", [0, 4, 0.1, 0.6, 0.999, -23, -22, -10, -1])
def test_truncated_tflite(home, fails, cut):
    content = (home / "model.tflite").read_bytes()
    path = home / "cut.tflite"
    end = int(cut * len(content)) if isinstance(cut, float) else cut
    path.write_bytes(content[:end])
    assert "cut.tflite: truncated" in fails("predict", path, "a")


def test_damaged_tflite(home, fails):
    content = bytearray((home / "model.tflite").read_bytes())
    content[len(content) // 4] ^= 1
    path = home / "cut.tflite"
    path.write_bytes(content)
    assert "checksum" in fails("predict", path, "a")


def test_files_of_another_kind(home, fails):
    path = home / "text.tflite"
    shutil.copy(home / "test.tsv", path)
    for source in (path, home / "test.tsv"):
        assert "not written by" in fails("predict", source, "a")


def test_encoder_without_labels(home, fails):
    path = home / "encoder.tflite"
    assert call(["export", "albert_pico", path]) == 0
    assert "holds an AlbertEncoder" in fails("predict", path, "a")
    assert "model of no task" in fails("predict", "albert_pico", "a")


def test_truncated_safetensors(home, fails):
    source = home / "cut"
    copy(home / "model", source)
    weights = source / "weights.safetensors"
    content = weights.read_bytes()
    for end in (0, 5, 5000, -1):
        weights.write_bytes(content[:end])
        said = fails("predict", source, "a")
        assert "weights.safetensors: truncated" in said


def test_existing_outputs(home, fails):
    before = (home / "model" / "config.json").read_bytes()
    assert "exists already" in fails(*finetune(home, output=home / "model"))
    model, file = home / "model", home / "model.tflite"
    assert "exists already" in fails("export", model, file)
    assert "exists already" in fails("convert", model, home / "model")
    test, picture = home / "test.tsv", home / "old.png"
    picture.touch()
    argv = ["evaluate", file, test, "--plot"]
    assert "exists already" in fails(*argv, picture)
    assert "ends with .png" in fails(*argv, test, "--overwrite")
    own = home / "old.model"
    own.touch()
    argv = ["vocabulary", test, "--output"]
    assert "exists already" in fails(*argv, own)
    assert "ends with .model" in fails(*argv, test, "--overwrite")
    assert "is a directory" in fails("export", model, home, "--overwrite")
    assert (home / "model" / "config.json").read_bytes() == before


@pytest.mark.parametrize("target", ["", "test.tsv"])
def test_only_directories_of_files_are_overwritten(home, fails, target):
    argv = finetune(home, "--overwrite", output=home / target)
    assert "not a directory of files only" in fails(*argv)
    argv = ["convert", home / "model", home / target, "--overwrite"]
    assert "not a directory of files only" in fails(*argv)
    assert (home / "model").exists()


def test_overwrite(home):
    argv = ["convert", home / "model", home / "again"]
    assert call(argv) == 0
    (home / "again" / "stale").touch()
    assert call([*argv, "--overwrite", "--to", "huggingface"]) == 0
    assert not (home / "again" / "stale").exists()
    assert (home / "again" / "model.safetensors").exists()


def test_places_that_cannot_be_written(home, fails):
    inside_file = home / "test.tsv" / "model"
    assert "is not a directory" in fails(*finetune(home, output=inside_file))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="all may")
def test_read_only_places(home, fails):
    place = home / "read_only"
    place.mkdir(mode=0o500)
    said = fails(*finetune(home, output=place / "model"))
    assert "may not be written to" in said


def test_full_disk(home, fails, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    few = home / "few.tsv"
    few.write_text("text\tlabel\na\tA\nb\tB\n")
    output = home / "never"
    file = home / "never.tflite"
    vocabulary = ["vocabulary", home / "train.tsv", "--size", 300]
    before = left(home)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        for place, argv in {
            output: finetune(home, output=output, train=few, dev=few),
            file: ["export", home / "model", file],
            home / "copy": ["convert", home / "model", home / "copy"],
            home / "v.model": [*vocabulary, "--output", home / "v.model"],
        }.items():
            said = fails(*argv)
            assert f"{place}: could not be written: No space left" in said
    assert left(home) == before


def test_other_mistakes(home, fails, monkeypatch):
    for name, value in {
        "epochs": "-1",
        "batch-size": "0",
        "learning-rate": "nan",
        "weight-decay": "-1.0",
        "warmup-share": "1.0",
        "seed": "-1",
        "precision": "int8",
        "tensorboard": "x/logs",
    }.items():
        said = fails(*finetune(home, f"--{name}", value, output="x"))
        assert name.replace("-", "_") in said
        assert value in said
    assert "int3" in fails(
        "export", home / "model", home / "n.tflite", "--quantization", "int3"
    )
    assert "one of albert_tf" in fails(
        "convert", home / "model", home / "n", "--to", "onnx"
    )
    assert "no such file" in fails("predict", home / "none.tflite", "a")
    assert "surrogate" in fails("predict", home / "model.tflite", "\udcff")
    assert "model.json" in fails("predict", home / "bad", "a")


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        (b"", "standard input is empty"),
        (b"\n \n", "standard input is empty"),
        (b"play \xff\xfe\x00", "not UTF-8 (byte 5)"),
    ],
)
def test_bad_standard_input(home, stdin, message):
    done = subprocess.run(
        [sys.executable, "-m", "albert_tf.cli", "predict"]
        + [str(home / "model.tflite")],
        input=stdin,
        capture_output=True,
    )
    assert done.returncode == 2
    assert done.stdout == b""
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("albert-tf: ")
    assert message in line


def test_wrong_usage(fails):
    assert "finetune" in fails("finetun")
    assert "see albert-tf predict --help" in fails("predict")
    assert "--nothing" in fails("info", "--nothing")
    assert "--epochs" in fails("finetune", "--epochs", "many")


def test_no_arguments_show_the_help(capsys):
    assert call([]) == 0
    assert "finetune" in capsys.readouterr().out


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
    assert call(["predict", home / "interrupted", "play jazz"]) == 0


def copy(source, target):
    shutil.copytree(source, target)
