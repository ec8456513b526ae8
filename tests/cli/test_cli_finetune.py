"""What `albert-tf finetune` hands to `finetune`."""

import dataclasses

import pytest
from commands import call

from albert_tf.errors import UserError
from albert_tf.training.finetune_options import FinetuneOptions

# A value for each option that is not its default.
OPTIONS = FinetuneOptions(
    epochs=7,
    batch_size=9,
    learning_rate=3e-4,
    warmup_share=0.3,
    schedule="cosine",
    restarts=2,
    optimizer="lamb",
    weight_decay=0.2,
    l1=0.01,
    layer_decay=0.9,
    clip_norm=0.5,
    dropout=0.4,
    pooling="mean",
    max_length=21,
    patience=2,
    balance_classes=True,
    label_smoothing=0.1,
    focal_gamma=1.5,
    temperature=0.07,
    precision="mixed_bfloat16",
    seed=11,
    tensorboard="logs",
)
NAMES = [field.name for field in dataclasses.fields(FinetuneOptions)]
# What an option needs beside it.
WITH = {"restarts": ["schedule"]}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the command; the arguments of `finetune` by name."""
    (tmp_path / "a.tsv").write_text("text\tlabel\na\tA\nb\tB\n")
    (tmp_path / "b.tsv").write_text("text\tlabel\nc\tB\n")

    def run(*options):
        got = {}

        def record(source, train, dev, output, options, task, **rest):
            got.update(locals(), **rest)
            raise UserError("far enough")

        monkeypatch.setattr("albert_tf.training.finetune.finetune", record)
        argv = ["finetune", "--train", tmp_path / "a.tsv"]
        argv += ["--dev", tmp_path / "b.tsv", "--output", tmp_path / "out"]
        assert call([*argv, *options]) == 2
        assert got, "the options were refused"
        return got

    return run


def flag(name):
    """The option as it is written on the command line."""
    value = getattr(OPTIONS, name)
    written = [f"--{name.replace('_', '-')}"]
    return written if value is True else [*written, str(value)]


def test_the_defaults_are_those_of_the_class(run):
    assert run()["options"] == FinetuneOptions()


@pytest.mark.parametrize("name", NAMES)
def test_each_option_arrives_alone(run, name):
    value = getattr(OPTIONS, name)
    assert value != getattr(FinetuneOptions(), name)
    names = [name, *WITH.get(name, ())]
    expected = dataclasses.replace(
        FinetuneOptions(), **{one: getattr(OPTIONS, one) for one in names}
    )
    argv = [word for one in names for word in flag(one)]
    assert run(*argv)["options"] == expected


def test_all_options_arrive_together(run):
    argv = [word for name in NAMES for word in flag(name)]
    assert run(*argv)["options"] == OPTIONS


def test_what_is_no_option_of_the_training_arrives(run, tmp_path):
    assert run("--resume")["resume"] is True
    got = run("--model", "albert_pico", "--overwrite")
    assert got["resume"] is False
    assert got["source"] == "albert_pico"
    assert got["output"] == tmp_path / "out"
    assert got["overwrite"] is True
    assert got["strategy"] is None
    assert [e.text for e in got["train"]] == ["a", "b"]
    assert [e.text for e in got["dev"]] == ["c"]
    assert got["task"].name == "classification"
    assert run("--mirrored")["strategy"] is not None


def test_another_task(run):
    assert run("--task", "multilabel")["task"].name == "multilabel"
