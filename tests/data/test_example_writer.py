"""What is written is what is read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data.columns import Columns
from albert_tf.data.example import Example
from albert_tf.data.example_file import ExampleFile
from albert_tf.data.example_writer import write_examples
from albert_tf.data.readers import read_examples
from albert_tf.errors import UserError

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0")).filter(
    str.strip
)


@given(
    st.lists(st.builds(Example, texts, texts, texts), min_size=1),
    st.sampled_from([".csv", ".jsonl"]),
)
def test_round_trip(tmp_path_factory, examples, suffix):
    columns = Columns("premise", "hypothesis", "gold_label")
    like = ExampleFile(Path("x"), columns, examples)
    path = tmp_path_factory.mktemp("written") / f"file{suffix}"
    write_examples(path, examples, like)
    found = read_examples(path, read_label=lambda place, value: value)
    assert found.columns == columns
    assert [one.text for one in found] == [one.text for one in examples]
    assert [one.pair for one in found] == [one.pair for one in examples]
    assert [one.label for one in found] == [one.label for one in examples]


def test_several_labels(tmp_path):
    examples = [Example("a", None, ("x", "y"))]
    like = ExampleFile(Path("x"), Columns("text", None, "labels"), examples)
    write_examples(tmp_path / "a.csv", examples, like)
    assert (tmp_path / "a.csv").read_text().splitlines() == [
        "text,labels",
        'a,"x,y"',
    ]
    write_examples(tmp_path / "a.jsonl", examples, like)
    assert '["x", "y"]' in (tmp_path / "a.jsonl").read_text()
    examples = [Example("a", None, ("x, z", "y"))]
    with pytest.raises(UserError, match=r"'x, z' has a comma"):
        write_examples(tmp_path / "b.csv", examples, like)
    assert not (tmp_path / "b.csv").exists()
    write_examples(tmp_path / "b.jsonl", examples, like)
    assert '["x, z", "y"]' in (tmp_path / "b.jsonl").read_text()


def test_mistakes(tmp_path):
    like = ExampleFile(Path("x"), Columns("text"), [])
    with pytest.raises(UserError, match=r"ends with .csv or .jsonl"):
        write_examples(tmp_path / "a.tsv", [], like)
    (tmp_path / "a.csv").touch()
    with pytest.raises(UserError, match="overwrite"):
        write_examples(tmp_path / "a.csv", [], like)
