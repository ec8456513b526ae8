"""From a trained encoder to the directory that is shipped."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer.testing
from small_vocabularies import wordpiece

from albert_tf import AlbertClassifier, AlbertPretrainer
from albert_tf.checkpoints import read_checkpoint, write_checkpoint
from albert_tf.checkpoints.vocabulary import preprocessor_for
from albert_tf.config import AlbertConfig
from albert_tf.models import AlbertEncoder
from albert_tf.models.assignment import to_checkpoint
from albert_tf.recipes import distilled
from albert_tf.recipes.distilled import Sizes

PROSE = (
    Path(__file__).parents[1].joinpath("data", "books_excerpt.txt").read_text()
)


@pytest.fixture
def teacher(tmp_path):
    """A BERT of random weights."""
    tokenizer = wordpiece(tmp_path / "words", PROSE, 500)
    config = AlbertConfig(
        vocab_size=tokenizer.vocab_size, embedding_size=128, hidden_size=128,
        num_hidden_layers=4, num_hidden_groups=4, num_attention_heads=2,
        intermediate_size=128,
    )  # fmt: skip
    preprocessor = preprocessor_for(tokenizer, config)
    made = dataclasses.replace(
        to_checkpoint(AlbertEncoder(config)),
        get_preprocessor=lambda: preprocessor,
    )
    write_checkpoint(made, tmp_path / "teacher")
    return tmp_path / "teacher"


@pytest.mark.slow
def test_from_teacher_to_weights(teacher, book_file, tmp_path, monkeypatch):
    shapes = {"vocabulary-size": 300, "embedding-size": 16, "layers": 2}
    sizes = Sizes(
        {**shapes, "groups": 1, "hidden-size": 64}, steps=2, head_steps=2
    )
    monkeypatch.setitem(distilled.MODELS, "small", sizes)
    argv = ["small", str(teacher), str(book_file)]
    argv += ["--output", str(tmp_path / "work")]
    app = typer.Typer()
    app.command()(distilled.make)
    done = typer.testing.CliRunner().invoke(app, argv)
    assert done.exit_code == 0, done.output
    made = tmp_path / "work" / "small"
    model = AlbertPretrainer.from_preset(made)
    config = model.config
    assert (config.num_hidden_layers, config.hidden_size) == (2, 64)
    assert config.hidden_dropout_prob == 0  # as it has learned
    assert model.sentence_order_head is None
    with pytest.warns(UserWarning, match="random"):
        classifier = AlbertClassifier.from_preset(made, labels=["a", "b"])
    assert classifier.pooling == "mean"
    # The encoder is the distilled one; the head alone has learned since.
    student = read_checkpoint(tmp_path / "work" / "run" / "model").weights
    for name, array in read_checkpoint(made).weights.items():
        if name.startswith("encoder/"):
            half = student[name].astype(np.float16).astype(np.float32)
            np.testing.assert_array_equal(array, half)

    def never(*args, **kwargs):
        raise AssertionError(args)

    monkeypatch.setattr(subprocess, "run", never)  # all is done already
    done = typer.testing.CliRunner().invoke(app, argv)
    assert done.exit_code == 0, done.output


def test_a_name_that_is_none(tmp_path):
    app = typer.Typer()
    app.command()(distilled.make)
    argv = ["albert_mini", "hf:bert", "text", "--output", str(tmp_path / "w")]
    done = typer.testing.CliRunner().invoke(app, argv)
    assert done.exit_code == 2
    assert "albert_mini must be one of albert_mini_en," in done.output
    assert not (tmp_path / "w").exists()


def test_a_command_that_fails_ends_the_work(tmp_path):
    app = typer.Typer()
    app.command()(distilled.make)
    argv = ["albert_mini_en", "nowhere", str(tmp_path / "none.txt")]
    argv += ["--output", str(tmp_path / "w")]
    done = typer.testing.CliRunner().invoke(app, argv)
    assert done.exit_code == 2
    assert isinstance(done.exception, SystemExit)  # no traceback
    assert not any((tmp_path / "w").iterdir())


@pytest.mark.parametrize("name", list(distilled.MODELS))
def test_commands_are_spelled_right(name):
    """Every option is one of the command's."""
    commands = distilled.commands(
        distilled.MODELS[name], "hf:bert", ["text"], Path("work")
    )
    for _, (command, *argv) in commands:
        help_of = subprocess.run(
            [sys.executable, "-m", "albert_tf.cli", command, "--help"],
            capture_output=True,
            text=True,
            env={"COLUMNS": "200", "PATH": "/usr/bin"},
            check=True,
        ).stdout
        for argument in argv:
            option, _, _ = argument.partition("=")
            if option.startswith("--"):
                assert f"{option} " in help_of, (command, option)
