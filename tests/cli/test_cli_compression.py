"""`albert-tf compress`, with right input and with wrong."""

import json

import pytest
from commands import call

from albert_tf.config import AlbertConfig
from albert_tf.models import AlbertEncoder


@pytest.fixture
def bert(tmp_path):
    """A model whose layers share nothing and whose embedding is wide."""
    config = AlbertConfig(
        vocab_size=8_000, embedding_size=128, hidden_size=128,
        num_hidden_layers=4, num_hidden_groups=4, num_attention_heads=2,
        intermediate_size=256,
    )  # fmt: skip
    import dataclasses

    from albert_tf.checkpoints import read_checkpoint, write_checkpoint
    from albert_tf.models.assignment import to_checkpoint

    made = dataclasses.replace(
        to_checkpoint(AlbertEncoder(config)),
        get_preprocessor=read_checkpoint(
            "albert_nano_books_en"
        ).get_preprocessor,
    )
    write_checkpoint(made, tmp_path / "bert")
    return tmp_path / "bert"


@pytest.fixture
def argv(bert, book_file, tmp_path):
    return ["compress", bert, tmp_path / "small", "--text", book_file]


def test_compress(argv, capsys, tmp_path):
    options = ["--vocabulary-size", "2000", "--embedding-size", "16"]
    assert call([*argv, *options, "--groups", "2"]) == 0
    out = capsys.readouterr().out
    assert "8,000" in out
    assert "2,000" in out
    config = json.loads((tmp_path / "small" / "config.json").read_text())
    assert (config["vocab_size"], config["embedding_size"]) == (2000, 16)
    assert (config["num_hidden_groups"], config["shared_norms"]) == (2, False)
    encoder = AlbertEncoder.from_preset(tmp_path / "small")
    assert len(encoder.transformer.blocks) == 4


def test_shallower_and_narrower(argv, tmp_path):
    config = json.loads((argv[1] / "config.json").read_text())
    assert (config["num_hidden_layers"], config["hidden_size"]) == (4, 128)
    sizes = ["--embedding-size", "16", "--layers", "2", "--groups", "1"]
    assert call([*argv, *sizes, "--hidden-size", "64"]) == 0
    encoder = AlbertEncoder.from_preset(tmp_path / "small")
    config = encoder.config
    assert (config.num_hidden_layers, config.num_hidden_groups) == (2, 1)
    assert (config.hidden_size, config.embedding_size) == (64, 16)


def test_an_embedding_without_text(argv, capsys):
    assert call([*argv[:3], "--embedding-size", "16"]) == 0
    assert "without --text all tokens count alike" in capsys.readouterr().out


def test_mistakes(argv, fails):
    assert "nothing to do: give --vocabulary-size" in fails(*argv)
    assert "--shared-norms needs --groups" in fails(
        *argv, "--embedding-size", "16", "--shared-norms"
    )
    assert "--text needs --vocabulary-size or --embedding-size" in fails(
        *argv, "--layers", "2"
    )
    bare = argv[:3]
    assert "groups=9 must be at most 4" in fails(*bare, "--groups", "9")
    assert "layers=4 must be less than 4" in fails(*bare, "--layers", "4")
    assert "hidden_size=99 must be a multiple of 64" in fails(
        *bare, "--hidden-size", "99"
    )
    assert "has no factorized embedding" in fails(*bare, "--hidden-size", "64")
    assert "embedding_size=128 must be less than 128" in fails(
        *argv, "--embedding-size", "128"
    )
    assert "--vocabulary-size needs --text" in fails(
        *argv[:3], "--vocabulary-size", "2000"
    )
    assert "albert_pico: the name of a preset, which has no weights" in fails(
        "compress", "albert_pico", argv[2], "--groups", "1"
    )
    assert not argv[2].exists()
