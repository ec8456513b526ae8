import csv
import gzip
import json
import random
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data import text_files
from albert_tf.data.columns import Columns
from albert_tf.data.example import Example
from albert_tf.data.readers import read_examples, split_labels
from albert_tf.errors import UserError

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
    swapped = read_examples(path, pair_column="index", label_column="label")
    assert swapped[0] == Example("one", "0", "x")


def test_named_columns(write):
    path = write("a.csv", "label,review,stars\nx,good,5\n")
    examples = read_examples(path, text_column="review", label_column="stars")
    assert examples == [Example("good", label="5")]


def test_labels_may_be_absent(write, error_of):
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
def test_mistakes(write, name, content, place, says, error_of):
    path = write(name, content)
    message = error_of(path)
    assert message.startswith(f"{path}{place}: ")
    assert re.search(says, message), message


def test_file_that_cannot_be_read(tmp_path, error_of):
    assert "no such file" in error_of(tmp_path / "none.tsv")
    (tmp_path / "folder.tsv").mkdir()
    assert "is a directory" in error_of(tmp_path / "folder.tsv")


@pytest.mark.parametrize("damage", [lambda d: d[:-9], lambda d: b"x" + d])
def test_damaged_gzip(tmp_path, damage, error_of):
    path = tmp_path / "a.tsv.gz"
    path.write_bytes(damage(gzip.compress(b"text\tlabel\nok\t1\n")))
    assert "damaged gzip" in error_of(path)


def test_gzip_with_a_flipped_byte(tmp_path, error_of):
    rng = random.Random(0)
    words = "".join(f"{rng.random()}\t1\n" for _ in range(1000))
    data = bytearray(gzip.compress(f"text\tlabel\n{words}".encode()))
    data[len(data) // 2] ^= 255
    path = tmp_path / "a.tsv.gz"
    path.write_bytes(data)
    assert "damaged gzip" in error_of(path)


def test_a_named_column_that_is_not_there(write, error_of):
    path = write("a.tsv", "review\tlabel\nok\t1\n")
    message = error_of(path, text_column="reviews")
    assert message == (
        f'{path}: has no column "reviews"; there are "review", "label"; '
        'did you mean "review"?'
    )
    assert '"second"' in error_of(
        path, text_column="review", pair_column="second"
    )


def test_names_may_have_blanks_around_them(write):
    path = write("a.csv", " Text , Label\nok,1\n")
    assert read_examples(path).columns == Columns("Text", None, "Label")


def test_what_is_missing_as_pandas_writes_it(write, error_of):
    for word in ("nan", "NaN", "<NA>"):
        path = write("a.csv", f"text,label\nok,1.0\nok,{word}\n")
        assert error_of(path) == (f'{path}:3: "label" is "{word}", so missing')
        examples = read_examples(path, require_labels=False)
        assert [example.label for example in examples] == ["1.0", None]
    path = write("a.jsonl", '{"text": "ok", "label": NaN}')
    assert '"label" is "nan", so missing' in error_of(path)


def test_lines_of_blanks_are_blank(write):
    rows = ["text", "label"], [" ", "  "], ["a", "1"], ["", ""], ["b", "2"]
    for suffix, separator in ((".tsv", "\t"), (".csv", ",")):
        lines = ["  ", *(separator.join(row) for row in rows), " \t ", ""]
        path = write(f"a{suffix}", "\r\n".join(lines))
        assert [e.text for e in read_examples(path)] == ["a", "b"]
        path.write_text("text\n  \na\n")
        assert len(read_examples(path, require_labels=False)) == 1


@pytest.mark.parametrize("suffix", [".tsv", ".csv", ".jsonl"])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_every_kind_of_line_end(write, suffix, end, monkeypatch):
    monkeypatch.setattr(text_files, "_CHUNK", 7)
    if suffix == ".jsonl":
        lines = [f'{{"text": "t{k}", "label": {k}}}' for k in range(9)]
    else:
        separator = {".csv": ",", ".tsv": "\t"}[suffix]
        rows = [("text", "label"), *((f"t{k}", str(k)) for k in range(9))]
        lines = [separator.join(row) for row in rows]
    expected = [Example(f"t{k}", label=str(k)) for k in range(9)]
    assert read_examples(write(f"a{suffix}", end.join(lines))) == expected
    assert read_examples(write(f"a{suffix}", end.join([*lines, ""]))) == (
        expected
    )


def test_a_return_within_a_line_is_no_line_end(write):
    path = write("a.tsv", "text\tlabel\none\rtwo\tx\n")
    assert read_examples(path)[0].text == "one\rtwo"


def test_line_without_end(write, monkeypatch, error_of):
    monkeypatch.setattr(text_files, "LONGEST_LINE", 2**18)
    path = write("a.tsv", b"text\tlabel\nok\t1\n" + b"a" * 2**20)
    assert f"{path}:3: is longer than" in error_of(path)


def test_no_header(write, error_of):
    columns = ["label", "text"]
    for name, content in (
        ("a.tsv", "good\ta film\nbad\tno film\n"),
        ("a.csv", "good,a film\nbad,no film\n"),
    ):
        path = write(name, content)
        assert read_examples(path, columns=columns) == [
            Example("a film", label="good"),
            Example("no film", label="bad"),
        ]
        message = error_of(path)
        assert '"good", "a film"; name it with --text' in message
        assert "2 columns, but" in error_of(
            path, columns=["text"], require_labels=False
        )
        assert "columns names" in error_of(path, columns=["text", "text"])
    path = write("a.tsv", "a film that I liked\tgood\n")
    assert "looks like data" in error_of(path)
    assert "looks like data" in error_of(path, text_column="text")
    path = write("a.tsv", "1\t1\ta film that I liked\n")
    assert "looks like data" in error_of(path)
    path = write("a.tsv", "label\ttext\ngood\ta film\n")
    assert "has a header with these names" in error_of(path, columns=columns)
    path = write("a.jsonl", '{"a": 1}')
    assert "JSON has names" in error_of(path, columns=columns)


@pytest.mark.parametrize(
    ("name", "header", "says"),
    [
        ("a.csv", "text;label", "semicolons"),
        ("a.csv", "text\tlabel", "tabs"),
        ("a.tsv", "text,label", "commas"),
        ("a.tsv", "text|label", "bars"),
    ],
)
def test_other_separators_are_named(write, name, header, says, error_of):
    path = write(name, f"{header}\na{header[4]}1\n")
    assert f"seem to be separated by {says}" in error_of(path)


def test_labels_of_several_kinds(write, error_of):
    path = write("a.tsv", "text\tlabels\na\tx, y\nb\t\nc\tx\n")
    labels = [e.label for e in read_examples(path, read_label=split_labels)]
    assert labels == [("x", "y"), (), ("x",)]
    path = write("a.jsonl", '{"text": "a", "label": ["x", "y"]}')
    assert read_examples(path, read_label=split_labels)[0].label == ("x", "y")
    path = write("a.jsonl", '{"text": "a", "label": [{"x": 1}]}')
    message = error_of(path, read_label=split_labels)
    assert f'{path}:1: labels must be strings or numbers, got {{"x"' in message


def test_equal_labels_are_one_string(write):
    path = write("a.tsv", "text\tlabel\n" + "a\tlong label\n" * 5)
    assert len({id(example.label) for example in read_examples(path)}) == 1


@pytest.mark.parametrize("gz", ["", ".gz"])
def test_progress_ends_at_the_size_of_the_file(write, gz):
    lines = "".join(f"{random.random()}\t1\n" for _ in range(20_000))
    path = write(f"a.tsv{gz}", f"text\tlabel\n{lines}")
    told = []
    read_examples(path, progress=lambda *both: told.append(both))
    size = path.stat().st_size
    assert len(told) > 2
    assert told == sorted(told)
    assert told[-1] == (size, size)


def test_holds_no_more_than_the_examples(write):
    # Columns that are not read are many times those that are.
    line = "a\t1\t" + "x" * 5000 + "\n"
    path = write("a.tsv", f"text\tlabel\tother\n{line * 1000}")
    tracemalloc.start()
    try:
        assert len(read_examples(path)) == 1000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


texts = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    min_size=1,
).filter(str.strip)


labels = texts.filter(lambda label: label not in ("nan", "NaN", "<NA>"))


@given(st.lists(st.tuples(texts, labels), min_size=1))
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


def test_an_array_of_objects(write):
    rows = [{"text": "a", "label": 1}, {"text": "b", "label": "x"}]
    for indent in (None, 2):
        path = write("a.json", json.dumps(rows, indent=indent))
        assert read_examples(path) == [
            Example("a", label="1"),
            Example("b", label="x"),
        ]


def test_columns_without_a_name_are_left_alone(write):
    path = write("a.csv", "text,label,,\none,x,,\ntwo,y,,note\n")
    assert [e.text for e in read_examples(path)] == ["one", "two"]


def test_one_column_is_not_two_things(write):
    path = write("a.csv", "text,label\none,x\n")
    for names in (
        {"text_column": "label", "label_column": "label"},
        {"text_column": "text", "pair_column": "text"},
    ):
        with pytest.raises(UserError, match="must be different columns"):
            read_examples(path, **names)


def test_a_label_is_valid_unicode(write):
    path = write("a.jsonl", '{"text": "a", "label": "\\ud800"}\n')
    with pytest.raises(UserError, match="a.jsonl:1: the label has half"):
        read_examples(path)


def test_several_labels_are_cleaned_as_one_is(write):
    path = write("a.csv", 'text,label\none,"1.0, x"\ntwo,nan\nthree,"x,x"\n')
    found = read_examples(path, read_label=split_labels)
    assert [e.label for e in found] == [("1", "x"), (), ("x",)]
