import contextlib
import io

import pytest
from commands import call

from albert_tf.recipes import snips


@pytest.fixture(autouse=True)
def terminal(monkeypatch):
    """As wide as when nobody looks."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="session")
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
