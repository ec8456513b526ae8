import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import typer.testing

from albert_tf import AlbertPretrainer
from albert_tf.checkpoints import read_checkpoint
from albert_tf.recipes import pretrained_nano
from albert_tf.recipes.pretrained_nano import Stage

BOOKS = Path(__file__).parents[1] / "data" / "books_excerpt.txt"


@pytest.fixture
def sources(tmp_path):
    """Two books, of which one is held out, and two paragraphs."""
    text = BOOKS.read_text(encoding="utf-8")
    half = text.index("\n\n", len(text) // 2)
    books = "".join(
        f"# Title: {title}\n\n## Author: X\n\n-------\n\n## I\n\n{part}\n\n"
        for title, part in (("Much", text[:half]), ("Persuasion", text[half:]))
    )
    paragraphs = {
        "data": [
            {"paragraphs": [{"context": "Short."}, {"context": "A _toy_."}]}
        ]
    }
    with gzip.open(tmp_path / "books.txt.gz", "wt", encoding="utf-8") as file:
        file.write(books)
    with gzip.open(tmp_path / "toys.json.gz", "wt", encoding="utf-8") as file:
        json.dump(paragraphs, file)
    return tmp_path / "books.txt.gz", tmp_path / "toys.json.gz"


def test_documents(sources, tmp_path):
    books, paragraphs = sources
    pretrained_nano.write_documents(books, [paragraphs], tmp_path)
    texts = {
        split: [
            json.loads(line)["text"]
            for line in (tmp_path / f"{split}.jsonl").read_text().splitlines()
        ]
        for split in ("train", "held_out")
    }
    assert texts["train"][-1] == "Short.\nA _toy_."
    whole = BOOKS.read_text(encoding="utf-8").replace("_", "")
    assert len(texts["train"]) == 2
    assert len(texts["held_out"]) == 1
    assert "".join(
        (texts["train"][0] + texts["held_out"][0]).split()
    ) == "".join(whole.split())


@pytest.mark.slow
def test_from_books_to_weights(sources, tmp_path, monkeypatch):
    monkeypatch.setattr(pretrained_nano, "VOCAB_SIZE", 500)
    stages = Stage(16, 8, 2), Stage(32, 4, 3)
    monkeypatch.setattr(pretrained_nano, "STAGES", stages)
    app = typer.Typer()
    app.command()(pretrained_nano.train)
    command = [*map(str, sources), "--output", str(tmp_path / "work")]
    for _ in range(2):  # the second time all is done already
        done = typer.testing.CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.output
    made = tmp_path / "work" / "nano"
    assert (made / "curve.png").exists()
    checkpoint = read_checkpoint(made)
    assert checkpoint.config.vocab_size == 500
    assert checkpoint.config.hidden_dropout_prob == 0
    last = read_checkpoint(tmp_path / "work" / "run_32" / "model")
    for name, array in checkpoint.weights.items():
        expected = last.weights[name].astype(np.float16).astype(np.float32)
        np.testing.assert_array_equal(array, expected)
    assert (made / "weights.safetensors").stat().st_size < 2.6e6
    model = AlbertPretrainer.from_preset(made)
    assert model.config == checkpoint.config
