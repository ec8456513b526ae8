"""The command line with wrong input: one line that tells it."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import call, finetune, left

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
    shutil.copytree(home / "model", source)
    config = json.loads((source / "config.json").read_text())
    config["intermediate_size"] *= 2
    (source / "config.json").write_text(json.dumps(config))
    said = fails("evaluate", source, home / "test.tsv")
    assert "feed_forward/intermediate/kernel" in said


def test_vocabulary_of_another_size(home, fails, data_dir):
    from albert_tf.tokenizers import train_vocabulary

    source = home / "other_vocabulary"
    shutil.copytree(home / "model", source)
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
    shutil.copytree(home / "model", source)
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
    text = home / "some.txt"
    text.write_text("Some text.")
    argv = ["vocabulary", text, "--output"]
    assert "exists already" in fails(*argv, own)
    assert "ends with .model" in fails(*argv, text, "--overwrite")
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


@pytest.mark.slow
def test_full_disk(home, fails, monkeypatch, data_dir):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    few = home / "few.tsv"
    few.write_text("text\tlabel\na\tA\nb\tB\n")
    output = home / "never"
    state = home / "never.unfinished" / "step-00000001"
    file = home / "never.tflite"
    text = data_dir / "books_excerpt.txt"
    vocabulary = ["vocabulary", text, "--size", 300]
    before = left(home)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        for place, argv in {
            state: finetune(home, output=output, train=few, dev=few),
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


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["predict", "MODEL", "hello", "--header", "a,b"], "--header is of a"),
        (["predict", "MODEL", "hello", "--text", "a"], "--text is of a file"),
        (["evaluate", "MODEL", "test.tsv", "--overwrite"], "needs --plot"),
        (["export", "MODEL", "m2.tflite", "--threshold", "1"], "--verify"),
        (["export", "MODEL", "m2.tflite", "--label", "x"], "--verify"),
    ],
)
def test_options_without_effect(home, fails, argv, said):
    argv = [str(home / "model") if x == "MODEL" else x for x in argv]
    assert said in fails(*argv)
    assert not (home / "m2.tflite").exists()


def test_what_a_task_lacks_is_told_before_the_work(home, fails):
    path = home / "several.tsv"
    path.write_text("text\tlabels\na\tx,y\nb\tx\n")
    argv = finetune(home, "--task", "multilabel", train=path, dev=path)
    argv[argv.index(home / "out")] = home / "never"
    assert "--baseline: multilabel has none" in fails(*argv, "--baseline")
    assert not (home / "never").exists()
