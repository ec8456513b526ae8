"""The commands around pre-training, with right input and with wrong."""

import dataclasses
import gzip
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import call

import albert_tf.data.corpus
import albert_tf.training.pretrain
from albert_tf.data.cleaning import CleaningOptions
from albert_tf.data.corpus_options import CorpusOptions
from albert_tf.data.masking_options import MaskingOptions
from albert_tf.data.segment_options import SegmentOptions
from albert_tf.training.pretrain import PretrainResult
from albert_tf.training.pretrain_options import PretrainOptions


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


@pytest.mark.slow
def test_prepare_and_pretrain(book_file, tmp_path, capsys):
    corpus, run = tmp_path / "corpus", tmp_path / "run"
    argv = ["prepare", book_file, "--output", corpus, "--length", "64"]
    assert call([*argv, "--held-out-share", "0.2", "--processes", "1"]) == 0
    assert "examples" in capsys.readouterr().out
    argv = ["pretrain", corpus, "--output", run, "--model", "albert_pico"]
    argv += ["--steps", "4", "--batch-size", "8", "--log-every", "2"]
    argv += ["--num-hidden-layers", "3", "--sharing", "none", "--dropout", "0"]
    assert call(argv) == 0
    out = capsys.readouterr().out
    assert "step       4  dev" in out
    assert f"saved to {run / 'model'}" in out
    config = json.loads((run / "model" / "config.json").read_text())
    assert (config["num_hidden_layers"], config["sharing"]) == (3, "none")
    assert config["hidden_dropout_prob"] == 0


def test_a_vocabulary_is_made_of_what_prepare_takes(
    book_file, tmp_path, capsys
):
    """And of the same sentences, as the kind of file does not matter."""
    texts = tmp_path / "texts"
    texts.mkdir()
    rows = [json.loads(line) for line in book_file.read_text().splitlines()]
    with gzip.open(texts / "a.jsonl.gz", "wt", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps({"body": row["text"]}) + "\n")
    (tmp_path / "a.txt").write_text("\n\n".join(r["text"] for r in rows))
    made = []
    for source, *options in (
        [texts, "--text-field", "body"],
        [tmp_path / "*.txt"],
    ):
        output = tmp_path / f"{len(made)}.model"
        argv = ["vocabulary", source, "--output", output, "--size", "300"]
        assert call([*argv, *options]) == 0
        made.append(output.read_bytes())
        out = capsys.readouterr().out
        assert f"in {output}; 0 sentences were too long" in out
    assert made[0] == made[1]


def test_vocabulary_refuses(fails, book_file, tmp_path):
    output = ("--output", tmp_path / "v.model")
    for argv, said in (
        ([book_file, "--document-per-line"], "needs a plain text"),
        ([book_file, "--text-field", "body"], 'has no "body"; there are'),
        ([tmp_path / "*.txt"], "no matching file"),
        ([book_file, "--sentence-per-line", "--language", "de"], "no effect"),
    ):
        assert said in fails("vocabulary", *argv, *output)
    assert not [*tmp_path.iterdir()]


def other_values(kind) -> dict:
    """Values that are allowed and are not the defaults."""
    others = {
        "schedule": "cosine", "optimizer": "muon", "masking": "word",
        "replace_unit": "word", "precision": "mixed_bfloat16",
        "objective": "nsp", "language": "de", "duplicates": "near",
        "errors": "replace", "sentence_order": False,
        "loss_layers": [3, 6], "loss_weights": [0.5, 1.0],
        "aligned_weight": 0.5,
    }  # fmt: skip
    values = {}
    for field in dataclasses.fields(kind):
        default = field.default
        if field.name in others:
            values[field.name] = others[field.name]
        elif dataclasses.is_dataclass(default) or field.name == "masking":
            values[field.name] = None
        elif isinstance(default, bool):
            values[field.name] = not default
        elif isinstance(default, float):
            values[field.name] = default / 2
        else:
            values[field.name] = 2 * (default or 1)
    return values


def as_arguments(values: dict) -> list[str]:
    arguments = []
    for name, value in values.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            arguments.append(f"--{flag}" if value else f"--no-{flag}")
            continue
        for one in value if isinstance(value, list) else [value]:
            arguments += [f"--{flag}", str(one)]
    return arguments


def test_every_option_of_pretraining_reaches_it(tmp_path, monkeypatch):
    masking = other_values(MaskingOptions)
    training = other_values(PretrainOptions)
    del training["masking"]
    expected = PretrainOptions(**training, masking=MaskingOptions(**masking))
    got = {}

    def run(*args, **kwargs):
        got.update(kwargs, args=args)
        return PretrainResult(None, 1, False, None, saved=None)

    monkeypatch.setattr(albert_tf.training.pretrain, "pretrain", run)
    sizes = {
        "num_hidden_layers": 3,
        "hidden_size": 48,
        "num_attention_heads": 6,
        "intermediate_size": 96,
        "embedding_size": 24,
        "sharing": "none",
        "shared_norms": False,
        "num_parallel_encoders": 2,
    }
    argv = ["pretrain", "corpus", "--output", tmp_path, "--dropout", "0.25"]
    values = {**training, **masking, **sizes}
    assert call([*argv, "--model", "there", *as_arguments(values)]) == 0
    assert got["args"] == ("there", Path("corpus"), tmp_path, expected)
    assert got["changes"] == {
        **sizes,
        "hidden_dropout_prob": 0.25,
        "attention_probs_dropout_prob": 0.25,
    }


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({"saved": Path("x/model")}, f"saved to {Path('x/model')}"),
        ({"saved": None}, "worker 0 saves the model"),
        ({"interrupted": True}, "stopped at step 7"),
    ],
)
def test_it_says_what_was_saved(tmp_path, monkeypatch, capsys, result, said):
    values = {"interrupted": False, **result}
    result = PretrainResult(model=None, step=7, dev=None, **values)
    monkeypatch.setattr(
        albert_tf.training.pretrain, "pretrain", lambda *_, **__: result
    )
    assert call(["pretrain", "corpus", "--output", tmp_path]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert said in line


def test_every_option_of_preparation_reaches_it(
    book_file, tmp_path, monkeypatch
):
    parts = {
        "segments": SegmentOptions,
        "masking": MaskingOptions,
        "cleaning": CleaningOptions,
    }
    values = {
        name: value
        for name, value in other_values(CorpusOptions).items()
        if name not in parts
    }
    flat = {
        k: v for kind in parts.values() for k, v in other_values(kind).items()
    }
    expected = CorpusOptions(
        **values, **{n: kind(**other_values(kind)) for n, kind in parts.items()}
    )
    got = []

    class StoppedError(Exception):
        pass

    def run(files, output, tokenizer, options, **kwargs):
        got.append(options)
        raise StoppedError

    monkeypatch.setattr(albert_tf.data.corpus, "prepare_corpus", run)
    del values["sentence_per_line"]  # it goes with no other language
    (tmp_path / "a.txt").touch()
    argv = ["prepare", book_file, tmp_path / "a.txt"]
    argv += ["--output", tmp_path / "corpus"]
    argv += [*as_arguments({**flat, **values}), "--mask-once"]
    with pytest.raises(StoppedError):
        call(argv)
    assert got == [dataclasses.replace(expected, sentence_per_line=False)]
    got.clear()
    argv = ["prepare", book_file, "--output", tmp_path / "corpus"]
    with pytest.raises(StoppedError):
        call([*argv, "--sentence-per-line"])
    assert got == [CorpusOptions(sentence_per_line=True)]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ("prepare x --masking ngram", "--masking needs --mask-once"),
        ("prepare x --max-predictions 9", "needs --mask-once"),
        ("prepare x --replace-unit word", "needs --mask-once"),
        ("prepare x --held-out y --held-out-share 0.1", "--held-out-share has"),
        ("prepare x --sentence-per-line --language en", "--language has"),
        ("prepare x --runner-option a=b", "--runner-option needs --runner"),
        ("prepare x --runner R --processes 2", "--processes has no effect"),
        ("pretrain x --worker 0", "--worker needs --strategy workers"),
        ("pretrain x --workers a:1", "--workers needs --strategy workers"),
        ("pretrain x --strategy workers --tpu t", "--tpu needs --strategy tpu"),
        ("pretrain x --restarts 2", 'restarts=2 needs schedule="cosine"'),
        ("pretrain x --restarts -1", "restarts=-1 must be from 0"),
        ("pretrain x --warmup-steps -1", "warmup_steps=-1 must be from 0"),
        ("pretrain x --steps 5 --warmup-steps 9", "from 0 to steps=5"),
        ("pretrain x --clip-norm 0", "clip_norm=0.0 must be greater than 0"),
        ("pretrain x --learning-rate nan", "learning_rate=nan must be"),
        ("pretrain x --weight-decay inf", "weight_decay=inf must be"),
        (
            "pretrain x --batch-size 10 --accumulate 4",
            "accumulate=4 must divide batch_size=10",
        ),
    ],
)  # fmt: skip
def test_options_that_do_nothing_or_harm_are_refused(
    fails, tmp_path, argv, said
):
    assert said in fails(*argv.split(), "--output", tmp_path / "out")
    assert not [*tmp_path.iterdir()]


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
    for file, option, said in (
        (book_file, ["--document-per-line"], "needs a plain text"),
        (latin, ["--text-field", "body"], "needs a file of JSON"),
    ):
        assert said in fails("prepare", file, *output, *option)
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
    for workers, said in (
        (["here,there"], "'here': must be host:port"),
        (["a:1,b:99999"], "'b:99999': must be host:port, with a port from 1"),
        (["a:1,b:2", "--worker", "2"], "worker=2 must be from 0 to 1"),
        (["a:1,b:2", "--worker", "-1"], "worker=-1 must be from 0 to 1"),
    ):
        assert said in fails(
            "pretrain", corpus_directory, *output, "--strategy", "workers",
            "--workers", *workers,
        )  # fmt: skip
    assert not [*(tmp_path / "run").glob("checkpoints/*")]


@pytest.mark.slow
def test_examples_that_are_masked_already(fails, book_file, tmp_path, capsys):
    argv = ["prepare", book_file, "--output", tmp_path / "corpus"]
    argv += ["--length", "64", "--processes", "1", "--held-out-share", "0"]
    assert call([*argv, "--mask-once", "--max-predictions", "5"]) == 0
    argv = ["pretrain", tmp_path / "corpus", "--output", tmp_path / "run"]
    argv += ["--model", "albert_pico", "--steps", "1", "--batch-size", "8"]
    for option in (["--masking", "word"], ["--max-predictions", "5"]):
        assert "were masked when they were made" in fails(*argv, *option)
    assert not (tmp_path / "run").exists()
    assert call(argv) == 0
    assert "no held-out examples" in capsys.readouterr().out


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
