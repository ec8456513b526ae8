"""Several trainings, summed up."""

import json
from types import SimpleNamespace

import pytest
from commands import call

from albert_tf.cli import finetuning
from albert_tf.data.example import Example
from albert_tf.errors import UserError
from albert_tf.training.finetune_options import FinetuneOptions
from albert_tf.training.repeats import repeats, run_repeats, split_folds


def test_seeds_follow_that_of_the_options():
    found = repeats(FinetuneOptions(seed=3), seeds=2, folds=None)
    assert [one.name for one in found] == ["seed_3", "seed_4"]
    assert [one.options.seed for one in found] == [3, 4]
    found = repeats(FinetuneOptions(), seeds=2, folds=3)
    assert len(found) == 6
    assert found[-1].name == "fold_3_seed_1"
    assert found[-1].fold == 3


@pytest.mark.parametrize(
    ("seeds", "folds", "message"),
    [(0, None, "seeds=0 must be at least 1"), (1, 1, "folds=1 must be at le")],
)
def test_there_are_some(seeds, folds, message):
    with pytest.raises(UserError, match=message):
        repeats(FinetuneOptions(), seeds, folds)


def test_each_example_is_in_one_dev_set_and_labels_are_shared_out():
    examples = [Example(f"{i}", label="ab"[i % 10 < 2]) for i in range(50)]
    devs = []
    for train, dev in split_folds(examples, 5, seed=0):
        assert len(train) == 40
        assert not set(train) & set(dev)
        assert sum(one.label == "b" for one in dev) == 2
        devs += dev
    assert sorted(devs, key=str) == sorted(examples, key=str)
    with pytest.raises(UserError, match="folds=51 must be at most the number"):
        [*split_folds(examples, 51, seed=0)]


def test_labels_that_are_no_names_are_split_too():
    examples = [Example(f"{i}", label=float(i)) for i in range(7)]
    sizes = [len(dev) for _, dev in split_folds(examples, 3, seed=1)]
    assert sizes == [3, 2, 2]


def test_goes_on_where_it_was(tmp_path):
    planned = repeats(FinetuneOptions(), seeds=3, folds=None)
    seen = []

    def train(one, directory):
        seen.append(one.name)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return {"f1": one.options.seed / 2}

    output = tmp_path / "runs"
    with pytest.raises(KeyboardInterrupt):
        run_repeats(planned, output, train, {"model": "a"})
    summary = run_repeats(planned, output, train, {"model": "a"})
    assert seen == ["seed_0", "seed_1", "seed_1", "seed_2"]
    assert summary["figures"]["f1"] == {
        "median": 0.5,
        "mean": 0.5,
        "deviation": 0.5,
        "values": [0.0, 0.5, 1.0],
    }
    assert json.loads((output / "summary.json").read_text()) == summary
    with pytest.raises(UserError, match="of other data or with other options"):
        run_repeats(planned, output, train, {"model": "b"})
    # Began when less was noted.
    again = run_repeats(planned, output, train, {"model": "a", "data": (1, 2)})
    assert again == summary
    with pytest.raises(UserError, match="of other data or with other options"):
        run_repeats(planned, output, train, {"model": "a", "data": [1, 3]})
    (tmp_path / "other").mkdir()
    with pytest.raises(UserError, match="is not of several trainings"):
        run_repeats(planned, tmp_path / "other", train, {})


def test_other_data_in_the_same_file_is_not_summed_up(
    tmp_path, monkeypatch, capsys
):
    def train(job, *parts):
        score = SimpleNamespace(figures={"accuracy": 0.5})
        return SimpleNamespace(score=score)

    monkeypatch.setattr(finetuning, "_train", train)
    path = tmp_path / "train.tsv"
    argv = ["finetune", "--train", path, "--dev", path, "--seeds", 2]
    argv += ["--output", tmp_path / "runs"]
    for rows, status in (("a\t1\nb\t2\n", 0), ("a\t1\nb\t1\nc\t2\n", 2)):
        path.write_text("text\tlabel\n" + rows)
        assert call(argv) == status
    assert "of other data" in capsys.readouterr().err
    path.write_text("text\tlabel\na\t1\nb\t2\n")
    assert call(argv) == 0
    path.write_text("text\tother\tlabel\na\tc\t1\nb\td\t2\n")
    assert call([*argv, "--text", "other"]) == 2


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the weights of")
def test_from_the_command_line(tmp_path, capsys):
    rows = [
        f"it is {'good' if i % 2 else 'bad'} {i}\t{i % 2}" for i in range(24)
    ]
    train = tmp_path / "train.tsv"
    train.write_text("\n".join(["text\tlabel", *rows]) + "\n")
    output = tmp_path / "runs"
    argv = ["finetune", "--train", train, "--output", output, "--epochs", 1]
    argv += ["--model", "albert_pico", "--seeds", 2, "--folds", 2]
    assert call(argv) == 0
    summary = json.loads((output / "summary.json").read_text())
    assert len(summary["figures"]["accuracy"]["values"]) == 4
    assert (output / "fold_2_seed_1" / "report.json").exists()
    out = capsys.readouterr().out
    assert "4 trainings" in out
    assert "fold 2 seed 1:" in out
    assert call([*argv, "--dev", train]) == 2
    assert "give it alone" in capsys.readouterr().err
    for option in ("--overwrite", "--baseline", "--resume"):
        assert call([*argv, option]) == 2
        assert f"{option} has no effect with" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the weights of")
def test_further_dev_sets_are_summed_up_too(tmp_path, capsys):
    header = "index\tsentence1\tsentence2\tgold_label\n"
    labels = ("neutral", "entailment", "contradiction")
    rows = [f"{i}\tit is {i}\tno\t{labels[i % 3]}\n" for i in range(12)]
    for name, part in (
        ("train", rows),
        ("dev_matched", rows),
        ("dev_mismatched", rows[:5]),  # of which no share is a third
    ):
        (tmp_path / f"{name}.tsv").write_text("".join([header, *part]))
    output = tmp_path / "runs"
    argv = ["finetune", "--task", "glue/mnli", "--data", tmp_path]
    argv += ["--model", "albert_pico", "--epochs", 1, "--seeds", 2]
    assert call([*argv, "--output", output]) == 0
    figures = json.loads((output / "summary.json").read_text())["figures"]
    assert len(figures["accuracy"]["values"]) == 2
    for number, found in enumerate(
        figures["dev_mismatched.tsv: accuracy"]["values"]
    ):
        argv = ["evaluate", output / f"seed_{number}"]
        argv += [tmp_path / "dev_mismatched.tsv", "--task", "glue/mnli"]
        capsys.readouterr()
        assert call([*argv, "--json"]) == 0
        assert found == json.loads(capsys.readouterr().out)["accuracy"]
        assert found != figures["accuracy"]["values"][number]
