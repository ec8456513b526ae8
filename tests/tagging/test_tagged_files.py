import gzip
import json

import pytest

from albert_tf.data.columns import Columns
from albert_tf.errors import UserError
from albert_tf.tagging.tagged_files import read_tagged


@pytest.fixture
def write(tmp_path):
    def write(name, *lines):
        path = tmp_path / name
        rows = [x if isinstance(x, str) else json.dumps(x) for x in lines]
        path.write_text("\n".join(rows) + "\n")
        return path

    return write


def words_of(example):
    return [example.text[begin:end] for begin, end in example.words]


def test_columns(write):
    lines = ["-DOCSTART- -X- O", "", "Ann NNP B-PER", "runs VB O", "", ""]
    path = write("a.conll", *lines, "Rome NNP B-LOC")
    first, second = read_tagged(path)
    assert first.text == "Ann runs"
    assert words_of(first) == ["Ann", "runs"]
    assert first.label == ("B-PER", "O")
    assert second.label == ("B-LOC",)


def test_tabs_and_gzip(tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"New York\tB-LOC\r\n,\tO\r\n"))
    (example,) = read_tagged(path)
    assert words_of(example) == ["New York", ","]


def test_iob1_is_no_mistake_but_an_i_after_o_is_told(write):
    iob1 = write("a.conll", "a I-X", "b I-X", "c B-X", "d O", "e I-Y")
    found = read_tagged(iob1)
    assert found[0].label == ("B-X", "I-X", "B-X", "O", "B-Y")
    assert found.about == "1 texts with tags"
    odd = read_tagged(write("b.conll", "a B-X", "b O", "c I-X"))
    assert odd[0].label == ("B-X", "O", "B-X")
    assert odd.about.endswith(
        "1 tags that go on with no entity, read as beginning one"
    )


def test_json_spans(write):
    row = {"text": "in New York-based", "entities": [[3, 11, "place"]]}
    (example,) = read_tagged(write("a.jsonl", row))
    assert words_of(example) == ["in", "New", "York", "-", "based"]
    assert example.label == ("O", "B-place", "I-place", "O", "O")


def test_json_spans_within_words_and_over_each_other_are_told(write):
    row = {
        "text": "unhappy",
        "spans": [
            {"start": 0, "end": 2, "type": "prefix"},
            {"start": 0, "end": 1, "type": "letter"},
        ],
    }
    found = read_tagged(write("a.jsonl", row))
    assert words_of(found[0]) == ["u", "n", "happy"]
    assert found[0].label == ("B-prefix", "I-prefix", "O")
    assert "2 entities that begin or end within a word" in found.about
    assert "1 entities left out, as they overlap a longer" in found.about


def test_cluener(write):
    row = {
        "text": "彭小军在台湾",
        "label": {"name": {"彭小军": [[0, 2]]}, "address": {"台湾": [[4, 5]]}},
    }
    (example,) = read_tagged(write("a.json", row))
    assert words_of(example) == [*"彭小军在台湾"]
    assert example.label == (
        *("B-name", "I-name", "I-name", "O"),
        *("B-address", "I-address"),
    )


def test_json_tokens(write):
    row = {"tokens": ["Ann", "runs"], "ner_tags": ["S-PER", "O"]}
    (example,) = read_tagged(write("a.jsonl", row))
    assert example.label == ("B-PER", "O")


def test_names_of_fields_can_be_given(write):
    row = {"body": "Ann", "marks": [[0, 3, "PER"]]}
    path = write("a.jsonl", row)
    (example,) = read_tagged(path, Columns("body", None, "marks"))
    assert example.label == ("B-PER",)


def test_without_labels(write):
    path = write("a.conll", "Ann", "runs", "", "Bo")
    assert [one.label for one in read_tagged(path, labelled=False)] == [
        None
    ] * 2
    path = write("a.jsonl", {"text": "Ann runs"})
    assert words_of(read_tagged(path, labelled=False)[0]) == ["Ann", "runs"]


def entity(begin, end, **more):
    return {"text": "Ann", "entities": [{"start": begin, "end": end, **more}]}


@pytest.mark.parametrize(
    ("name", "lines", "message"),
    [
        ("a.conll", ["Ann B-PER", "runs"], ":2: 'runs' has no tag"),
        ("a.conll", ["Ann\t"], ":1: the tag is empty"),
        ("a.conll", ["\tO"], ":1: the word is empty"),
        ("a.conll", ["a B-PER", "b NOUN"], "'NOUN' is outside the scheme"),
        ("a.conll", [""], "no texts"),
        ("a.jsonl", [{"text": "Ann"}], ":1: has no entities or"),
        ("a.jsonl", [{"text": " ", "entities": []}], '"text" is empty'),
        ("a.jsonl", [{"body": "x"}], 'neither "text" nor "tokens", but body'),
        ("a.jsonl", [entity(0, 4, label="x")], "0 to 4 is not within the 3"),
        ("a.jsonl", [entity(2, 1, label="x")], "not within"),
        ("a.jsonl", [entity(0, 3)], "needs start, end and label"),
        ("a.jsonl", [{"text": "Ann", "entities": "x"}], "must be a list"),
        ("a.jsonl", [{"text": "Ann", "entities": [1]}], "needs start, end"),
        (
            "a.jsonl",
            [{"text": "Ann", "label": {"PER": {"An": [[0, 2]]}}}],
            "'An' is not at its place; characters 0 to 3 are 'Ann'",
        ),
        ("a.jsonl", [{"tokens": ["a"], "tags": ["O", "O"]}], "1 words, but 2"),
        ("a.jsonl", [{"tokens": ["a", ""], "tags": []}], "tokens must be a"),
        ("a.jsonl", [{"tokens": ["a"], "tags": [0]}], "tags must be a list of"),
    ],
)
def test_mistakes_are_told_in_one_line(write, name, lines, message):
    path = write(name, *lines)
    with pytest.raises(UserError) as error:
        read_tagged(path)
    assert message in str(error.value)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_names_of_columns_are_for_json(write):
    with pytest.raises(UserError, match="are for JSON"):
        read_tagged(write("a.conll", "a O"), Columns(label="tag"))
