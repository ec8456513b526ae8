"""`albert-tf augment` and `clean`."""

import json

import commands
import pytest

FILE = "sentence\tlabel\n" + "".join(
    f"the film number {k} was really good\t{k % 2}\n" for k in range(20)
)


@pytest.fixture
def train(tmp_path):
    path = tmp_path / "train.tsv"
    path.write_text(FILE)
    return path


def test_augment(train, tmp_path, capsys):
    from albert_tf.data.readers import read_examples

    ways = ["--delete", "0.2", "--swap", "0.2", "--typos", "0.2"]
    output = tmp_path / "more.csv"
    assert not commands.call(["augment", train, output, *ways])
    said = "".join(capsys.readouterr())
    assert "20 examples and" in said
    assert "nothing new are left out" in said
    old, new = read_examples(train), read_examples(output)
    assert [*new[:20]] == [*old]
    assert 70 < len(new) <= 100
    assert {one.label for one in new} == {"0", "1"}
    assert commands.call(["augment", train, output, *ways]) == 2  # is there
    again = tmp_path / "again.csv"
    assert not commands.call(["augment", train, again, *ways])
    assert again.read_bytes() == output.read_bytes()
    other = tmp_path / "other.csv"
    assert not commands.call(["augment", train, other, *ways, "--seed", "1"])
    assert other.read_bytes() != output.read_bytes()


@pytest.mark.slow
def test_a_model_replaces_words(train, tmp_path):
    output = tmp_path / "more.jsonl"
    ways = ["--replace", "0.2", "--copies", "1"]
    assert not commands.call(["augment", train, output, *ways])
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert len(rows) > 30
    changed = {row["sentence"] for row in rows[20:]}
    assert not changed & {row["sentence"] for row in rows[:20]}
    for row in rows[20:]:
        assert len(row["sentence"].split()) == 7
        old = FILE.splitlines()
        assert any(
            sum(
                a != b
                for a, b in zip(
                    row["sentence"].split(), x.split(), strict=False
                )
            )
            == 1
            for x in old
        )


def test_clean(train, tmp_path, capsys):
    words = tmp_path / "words.txt"
    words.write_text("the\nwas\n\n")
    output = tmp_path / "plain.csv"
    argv = ["clean", train, output, "--stop-words", words, "--lowercase"]
    assert not commands.call(argv)
    assert "20 examples, 20 of them changed; 0 of" in "".join(
        capsys.readouterr()
    )
    assert output.read_text().splitlines()[1] == "film number 0 really good,0"
    words.write_text("the film number 0 was really good".replace(" ", "\n"))
    argv = ["clean", train, output, "--stop-words", words, "--overwrite"]
    assert not commands.call(argv)
    assert "1 of which nothing would be left" in "".join(capsys.readouterr())


def test_columns_that_are_not_written_are_told(train, tmp_path, capsys):
    rows = FILE.splitlines()
    lines = [f"{k or 'id'}\t{row}\tx" for k, row in enumerate(rows)]
    train.write_text("\n".join(lines).replace("\tx", "\tsource", 1))
    for command in ("augment --delete 0.1", "clean --lowercase"):
        name, *options = command.split()
        output = tmp_path / f"{name}.csv"
        assert not commands.call([name, train, output, *options])
        said = " ".join("".join(capsys.readouterr()).split())
        assert f"{name}.csv will be without id, source" in said


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["augment", "{train}", "{out}.csv"], "nothing to do: give --delete"),
        (
            ["augment", "{train}", "{out}.tsv", "--swap", "0.1"],
            "ends with .csv or .jsonl",
        ),
        (
            ["augment", "{train}", "{out}.csv", "--swap", "1.5"],
            "swap=1.5 must be above 0",
        ),
        (
            [
                "augment",
                "{train}",
                "{out}.csv",
                "--swap",
                "0.1",
                "--model",
                "x",
            ],
            "needs --replace",
        ),
        (["clean", "{train}", "{out}.csv"], "nothing to do: give --html"),
        (
            ["clean", "{train}", "{out}.csv", "--stop-words", "{empty}"],
            "has no words",
        ),
    ],
)
def test_mistakes(train, tmp_path, capsys, argv, message):
    empty = tmp_path / "empty.txt"
    empty.write_text("\n")
    names = {"train": train, "out": tmp_path / "out", "empty": empty}
    assert commands.call([one.format(**names) for one in argv]) == 2
    said = "".join(capsys.readouterr())
    assert message in " ".join(said.split())
    assert not list(tmp_path.glob("out*"))
