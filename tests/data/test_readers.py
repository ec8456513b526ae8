import csv
import gzip
import json
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data.example import Example
from albert_tf.data.readers import read_examples
from albert_tf.errors import UserError


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
        return path

    return write


def error_of(*args, **kwargs):
    with pytest.raises(UserError) as caught:
        read_examples(*args, **kwargs)
    message = str(caught.value)
    assert "\n" not in message
    return message


GOOD = [Example("a film", label="1"), Example('no "good', label="0")]


@pytest.mark.parametrize("gz", ["", ".gz"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", 'sentence\tlabel\na film\t1\nno "good\t0\n'),
        ("a.TSV", 'sentence\tlabel\r\na film\t1\r\nno "good\t0\r\n'),
        ("a.tsv", '\ufefflabel\ttext\n1\ta film\n\n0\tno "good'),
        ("a.csv", 'text,label\na film,1\n"no ""good",0\n'),
        ("a.csv", '\ufeff"text","label"\r\na film,1\r\n\r\nno "good,0'),
        (
            "a.jsonl",
            '{"text": "a film", "label": 1}\n\n'
            '{"label": "0", "text": "no \\"good", "other": []}\n',
        ),
        (
            "a.json",
            '{"text":"a film","label":1}\n{"text":"no \\"good","label":0}',
        ),
    ],
)
def test_reads_every_format(write, name, content, gz):
    assert read_examples(write(name + gz, content)) == GOOD


def test_csv_fields_may_hold_commas_quotes_and_line_ends(write):
    path = write("a.csv", 'text,label\n"one, ""two""\r\nthree",x\nfour,y\n')
    assert read_examples(path) == [
        Example('one, "two"\r\nthree', label="x"),
        Example("four", label="y"),
    ]


def test_tsv_quotes_are_ordinary(write):
    path = write("a.tsv", 'text\tlabel\n"open\t0\n"a" b"\t1\n')
    assert [e.text for e in read_examples(path)] == ['"open', '"a" b"']


def test_pairs(write):
    header = "index\tsentence1\tsentence2\tlabel\n"
    path = write("a.tsv", header + "0\tone\ttwo\tx\n1\tthree\t\ty\n")
    assert read_examples(path) == [
        Example("one", "two", "x"),
        Example("three", "", "y"),
    ]
    assert read_examples(path, text_column="sentence1")[0].pair is None
    swapped = read_examples(path, pair_column="index", label_column="index")
    assert swapped[0] == Example("one", "0", "0")


def test_text_comes_before_sentence_and_pairs(write):
    path = write("a.tsv", "sentence1\tsentence2\tsentence\ttext\n1\t2\t3\t4\n")
    assert read_examples(path, require_labels=False) == [Example("4")]


def test_named_columns(write):
    path = write("a.csv", "label,review,stars\nx,good,5\n")
    examples = read_examples(path, text_column="review", label_column="stars")
    assert examples == [Example("good", label="5")]


def test_labels_may_be_absent(write):
    for content in ("text\nhello\n", "text\tlabel\nhello\t\n"):
        path = write("a.tsv", content)
        assert read_examples(path, require_labels=False) == [Example("hello")]
        assert "label" in error_of(path)


@pytest.mark.parametrize(
    ("value", "label"),
    [("1", "1"), ("true", "true"), ("2.5", "2.5"), ('"a"', "a"), ("-3", "-3")],
)
def test_json_labels_become_text(write, value, label):
    path = write("a.jsonl", f'{{"text": "x", "label": {value}}}')
    assert read_examples(path)[0].label == label


def test_long_texts(write):
    limit = csv.field_size_limit()
    text = "word " * 100_000
    path = write("a.csv", f'text,label\n"{text}",0\n')
    assert read_examples(path)[0].text == text
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize(
    ("name", "content", "place", "says"),
    [
        ("a.txt", "text\n", "", '".txt"; one of .tsv, .csv, .jsonl, .json'),
        ("a", "text\n", "", "unknown kind of file"),
        ("a.gz", "text\n", "", "unknown kind of file"),
        ("a.tsv", "", "", "is empty"),
        ("a.csv", " \n\n", "", "is empty"),
        ("a.json.gz", "", "", "is empty"),
        ("a.csv", "text,label\n", "", "no rows"),
        ("a.tsv", b"text\tlabel\nok\t1\nab\xe9\t2\n", ":3", "byte 3 .* 0xe9"),
        ("a.tsv", "text\tlabel\n".encode("utf-16"), ":1", "not UTF-8"),
        ("a.csv", "text,label\nab\0,1\n", ":2", "NUL"),
        ("a.tsv", "text\tlabel\nok\t1\nbad\n", ":3", "1 column, .* names 2"),
        ("a.tsv", "text\tlabel\na\tb\tc\n", ":2", "3 columns, .* names 2"),
        ("a.csv", 'text,label\n"a\nb",1\nx,y,z\n', ":4", "3 columns"),
        ("a.csv", 'text,label\nok,1\n"open,2\nx,3\n', ":3", "not valid CSV"),
        ("a.csv", 'text,label\n"a"b,2\n', ":2", "not valid CSV"),
        ("a.csv", "text,label,text\na,b,c\n", "", '"text" more than once'),
        ("a.csv", "text,label\n  ,1\n", ":2", '"text" is empty'),
        ("a.csv", "text,label\nok,\n", ":2", '"label" is missing or empty'),
        ("a.csv", "txt,label\nok,1\n", "", '"txt", "label"'),
        ("a.csv", "text,lable\nok,1\n", "", 'did you mean "lable"'),
        ("a.jsonl", '{"text": "a"\n', ":1", "not valid JSON"),
        ("a.jsonl", "[" * 100_000, ":1", "not valid JSON"),
        ("a.json", "[\n", ":1", "not valid JSON"),
        ("a.json", "[1, 2]\n", ":1", "a JSON object"),
        ("a.jsonl", '{"text": 3, "label": 1}', ":1", "a string, got 3"),
        (
            "a.jsonl",
            '{"text": "a", "label": 1}\n{"text": null, "label": 1}',
            ":2",
            "a string, got null",
        ),
        (
            "a.jsonl",
            '{"text": "a", "label": 1}\n\n{"label": 1}',
            ":3",
            'has no "text"',
        ),
        (
            "a.jsonl",
            '{"text": "a", "label": 1}\n{"text": "b"}',
            ":2",
            '"label" is missing',
        ),
        ("a.jsonl", '{"text": "a", "label": [1]}', ":1", r"got \[1\]"),
        ("a.jsonl", '{"text": "\\ud800", "label": 1}', ":1", "surrogate"),
    ],
)
def test_mistakes(write, name, content, place, says):
    path = write(name, content)
    message = error_of(path)
    assert message.startswith(f"{path}{place}: ")
    assert re.search(says, message), message


def test_file_that_cannot_be_read(tmp_path):
    assert "no such file" in error_of(tmp_path / "none.tsv")
    (tmp_path / "folder.tsv").mkdir()
    assert "is a directory" in error_of(tmp_path / "folder.tsv")


@pytest.mark.parametrize("damage", [lambda d: d[:-9], lambda d: b"x" + d])
def test_damaged_gzip(tmp_path, damage):
    path = tmp_path / "a.tsv.gz"
    path.write_bytes(damage(gzip.compress(b"text\tlabel\nok\t1\n")))
    assert "damaged gzip" in error_of(path)


def test_gzip_with_a_flipped_byte(tmp_path):
    rng = random.Random(0)
    words = "".join(f"{rng.random()}\t1\n" for _ in range(1000))
    data = bytearray(gzip.compress(f"text\tlabel\n{words}".encode()))
    data[len(data) // 2] ^= 255
    path = tmp_path / "a.tsv.gz"
    path.write_bytes(data)
    assert "damaged gzip" in error_of(path)


def test_a_named_column_that_is_not_there(write):
    path = write("a.tsv", "review\tlabel\nok\t1\n")
    message = error_of(path, text_column="reviews")
    assert message == (
        f'{path}: has no column "reviews"; there are "review", "label"; '
        'did you mean "review"?'
    )
    assert '"second"' in error_of(
        path, text_column="review", pair_column="second"
    )


texts = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    min_size=1,
).filter(str.strip)


@given(st.lists(st.tuples(texts, texts), min_size=1))
def test_csv_and_json_keep_every_character(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("round")
    expected = [Example(text, label=label) for text, label in rows]
    with open(folder / "a.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows([("text", "label"), *rows])
    assert read_examples(folder / "a.csv") == expected
    lines = [json.dumps({"text": text, "label": label}) for text, label in rows]
    (folder / "a.jsonl").write_text("\n".join(lines))
    assert read_examples(folder / "a.jsonl") == expected
