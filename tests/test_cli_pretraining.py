"""The commands around pre-training, with right input and with wrong."""

import json
import signal
import subprocess
import sys
import time

import pytest
from commands import call


@pytest.fixture
def fails(capsys):
    """Runs a command that must fail; the one line that it says."""

    def run(*argv) -> str:
        capsys.readouterr()
        assert call(argv) == 2
        (said,) = capsys.readouterr().err.splitlines()
        assert said.startswith("albert-tf: ")
        return said

    return run


def test_prepare_and_pretrain(book_file, tmp_path, capsys):
    corpus, run = tmp_path / "corpus", tmp_path / "run"
    argv = ["prepare", book_file, "--output", corpus, "--length", "64"]
    assert call([*argv, "--held-out-share", "0.2", "--processes", "1"]) == 0
    assert "examples" in capsys.readouterr().out
    argv = ["pretrain", corpus, "--output", run, "--model", "albert_pico"]
    argv += ["--steps", "4", "--batch-size", "8", "--log-every", "2"]
    argv += ["--layers", "3", "--sharing", "none", "--dropout", "0"]
    assert call(argv) == 0
    out = capsys.readouterr().out
    assert "step       4  dev" in out
    assert f"saved to {run / 'model'}" in out
    config = json.loads((run / "model" / "config.json").read_text())
    assert (config["num_hidden_layers"], config["sharing"]) == (3, "none")
    assert config["hidden_dropout_prob"] == 0


def test_prepare_refuses(fails, book_file, tmp_path):
    output = ("--output", tmp_path / "corpus", "--processes", "1")
    assert "no matching file" in fails("prepare", "nowhere/*", *output)
    assert "objective='mlm'" in fails(
        "prepare", book_file, *output, "--objective", "mlm"
    )
    assert "length=4" in fails("prepare", book_file, *output, "--length", "4")
    latin = tmp_path / "latin.txt"
    latin.write_bytes("Une fen\xeatre. Une autre.".encode("latin-1"))
    assert "latin.txt:1: not UTF-8" in fails("prepare", latin, *output)
    assert "must be a SentencePiece" in fails(
        "prepare", book_file, *output, "--vocabulary", "words.bin"
    )
    assert not [*tmp_path.glob("corpus*")]


def test_pretrain_refuses(fails, corpus_directory, tmp_path):
    output = ("--output", tmp_path / "run", "--model", "albert_pico")
    assert "has no training examples" in fails("pretrain", tmp_path, *output)
    assert "fewer than one batch" in fails(
        "pretrain", corpus_directory, *output, "--batch-size", "5000"
    )
    assert "sharing='some' must be one of" in fails(
        "pretrain", corpus_directory, *output, "--sharing", "some"
    )
    assert "strategy='many' must be one of" in fails(
        "pretrain", corpus_directory, *output, "--strategy", "many"
    )
    assert "need --workers" in fails(
        "pretrain", corpus_directory, *output, "--strategy", "workers"
    )
    assert "must be host:port" in fails(
        "pretrain", corpus_directory, *output, "--strategy", "workers",
        "--workers", "here,there",
    )  # fmt: skip
    assert not [*(tmp_path / "run").glob("checkpoints/*")]


@pytest.mark.slow
def test_killed_preparation_goes_on(book_file, tmp_path):
    """`kill -9` in the middle; the same command ends with the same files."""
    text = book_file.read_text()
    large = tmp_path / "large.jsonl"
    large.write_text(text * 140)  # three blocks

    def command(output):
        return [
            *(sys.executable, "-m", "albert_tf.cli", "prepare", str(large)),
            *("--output", str(tmp_path / output), "--processes", "2"),
            *("--duplicates", "keep", "--length", "64"),
        ]

    subprocess.run(command("whole"), check=True, capture_output=True)
    process = subprocess.Popen(command("killed"), stdout=subprocess.PIPE)
    partial = tmp_path / "killed.partial"
    while process.poll() is None and not [*partial.glob("*-*.json")]:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not (tmp_path / "killed").exists()
    subprocess.run(command("killed"), check=True, capture_output=True)
    whole = {p.name: p.read_bytes() for p in (tmp_path / "whole").iterdir()}
    again = {p.name: p.read_bytes() for p in (tmp_path / "killed").iterdir()}
    assert whole == again
