"""`albert-tf adapt`."""

import json
from types import SimpleNamespace

import commands
import numpy as np
import pytest
from safetensors.numpy import load_file

from albert_tf.checkpoints import read_checkpoint

WORDS = ("red", "green", "blue", "small", "large", "old")
SENTENCES = [
    f"The {a} house stands near a {b} tree number {k}."
    for k in range(4)
    for a in WORDS
    for b in WORDS
]


@pytest.fixture
def files(tmp_path):
    text = tmp_path / "text.txt"
    starts = range(len(SENTENCES) - 4)
    blocks = ["\n".join(SENTENCES[k : k + 4]) for k in starts]
    text.write_text("\n\n".join(blocks))
    for name, first in (("train", 0), ("dev", 1)):
        rows = SENTENCES[first::9]
        lines = [f"{one}\t{'red' in one:d}\n" for one in rows]
        (tmp_path / f"{name}.tsv").write_text("text\tlabel\n" + "".join(lines))
    return tmp_path


def argv(files, *more):
    return [
        *("adapt", files / "text.txt", "--output", files / "out"),
        *("--train", files / "train.tsv", "--dev", files / "dev.tsv"),
        *("--steps", "3", *more),
    ]


def weights(folder):
    return load_file(folder / "weights.safetensors")


@pytest.mark.slow
def test_masked_words(files, capsys):
    assert not commands.call(argv(files, "--model", "albert_nano_books_en"))
    said = "".join(capsys.readouterr())
    assert "from albert_nano_books_en" in said
    report = json.loads((files / "out/report.json").read_text())
    assert {"before", "after", "figure", "steps", "seed"} == {*report}
    for name in ("before", "after"):
        of_model = json.loads(
            (files / "out" / name / "report.json").read_text()
        )
        assert of_model["dev"]["accuracy"] == report[name]
        start = {"before": "albert_nano_books_en"}.get(
            name, str(files / "out/encoder/model")
        )
        assert of_model["source"] == start
    adapted = weights(files / "out/encoder/model")
    shipped = read_checkpoint("albert_nano_books_en").weights
    pooler = "encoder/pooler/kernel"
    assert np.abs(adapted[pooler] - shipped[pooler]).max() > 0
    # Nothing is done again.
    assert not commands.call(argv(files, "--model", "albert_nano_books_en"))
    assert "epoch 1" not in "".join(capsys.readouterr())
    again = json.loads((files / "out/report.json").read_text())
    assert again == report


@pytest.mark.slow
def test_a_teacher(files, capsys):
    teacher = ("--teacher", "albert_mini_en")
    assert not commands.call(
        argv(files, "--model", "albert_nano_books_en", *teacher)
    )
    assert "from the adapted encoder" in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("before", "model"),
        ("before", "checksum of the examples"),
        ("before", "seed"),
        ("after", "model"),
        ("after", "steps"),
        ("after", "teacher"),
        ("after", "bytes of the text"),
    ],
)
def test_what_was_learned_otherwise_is_not_reported(
    files, capsys, monkeypatch, name, changed
):
    def adapt(source, texts, output, steps, *others):
        return SimpleNamespace(interrupted=False, saved=output / "model")

    def finetune(source, train, dev, output, *others, about, **more):
        output.mkdir(parents=True)
        report = {**about, "dev": {"accuracy": 0.5}}
        (output / "report.json").write_text(json.dumps(report))
        return SimpleNamespace(interrupted=False)

    monkeypatch.setattr("albert_tf.training.adapt.adapt", adapt)
    monkeypatch.setattr("albert_tf.training.finetune.finetune", finetune)
    for _ in range(2):
        assert not commands.call(argv(files))
    path = files / "out" / name / "report.json"
    report = json.loads(path.read_text())
    report["adapt"][changed] = "other"
    path.write_text(json.dumps(report))
    capsys.readouterr()
    assert commands.call(argv(files)) == 2
    assert f"learned with {changed}='other', not" in " ".join(
        "".join(capsys.readouterr()).split()
    )


def test_mistakes(files, capsys):
    for more, message in (
        (("--model", "albert_mini_en"), "has no masked_lm_head"),
        (("--model", "albert_base_v2"), "weights"),
        (("--steps", "0"), "steps"),
        (("--task", "nothing"), "nothing"),
        (("--task", "multilabel"), "multilabel"),  # has no recipe
    ):
        assert commands.call(argv(files, *more)) == 2
        assert message in " ".join("".join(capsys.readouterr()).split())
