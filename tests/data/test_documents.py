import gzip
import json
import os
import sys
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data import documents, text_files
from albert_tf.data.documents import find_files, hint_at_lines, read_documents
from albert_tf.errors import UserError


def error_of(path, *args):
    with pytest.raises(UserError) as caught:
        list(read_documents(path, *args))
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


DOCUMENTS = [["One line.", "Two  lines."], ["Zwölf"], ["四"]]


@pytest.mark.parametrize("gz", ["", ".gz"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "One line.\nTwo  lines.\n\nZwölf\n\n四\n"),
        ("a.TXT", "\n\n One line. \n\tTwo  lines.\n \n\t\nZwölf\n\n\n四"),
        ("a.txt", "\ufeffOne line.\r\nTwo  lines.\r\n\r\nZwölf\r\n\r\n四\r\n"),
        (
            "a.jsonl",
            '{"text": "One line.\\n\\n Two  lines."}\n\n'
            '{"id": 1, "text": "Zw\\u00f6lf\\r\\n"}\n'
            '{"text": " \\n"}\n{"text": "四"}',
        ),
        (
            "a.json",
            '\ufeff{"text":"One line.\\r\\nTwo  lines."}\r\n'
            '{"text":"Zwölf"}\r\n{"text":"四"}\r\n',
        ),
    ],
)
def test_reads_every_format(write, name, content, gz):
    assert list(read_documents(write(name + gz, content))) == DOCUMENTS


words = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=9
).map(lambda word: f".{word}.")  # no byte order mark in front


@given(st.lists(st.lists(words, min_size=1), min_size=1))
def test_reads_what_was_written(tmp_path_factory, written):
    directory = tmp_path_factory.mktemp("documents")
    plain, lines = directory / "a.txt", directory / "a.jsonl.gz"
    texts = ["\n".join(document) for document in written]
    plain.write_text("\n\n".join(texts), encoding="utf-8", newline="")
    with gzip.open(lines, "wt") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in texts)
    assert list(read_documents(plain)) == written
    assert list(read_documents(lines)) == written


def test_a_document_on_each_line(write):
    path = write("a.txt", "One. Two.\n\n \nThree.\rFour.\n")
    read = read_documents(path, document_per_line=True)
    assert list(read) == [["One. Two."], ["Three.\rFour."]]
    path = write("a.txt", "One. Two.\rThree.\r\rFour.")
    read = read_documents(path, document_per_line=True)
    assert list(read) == [["One. Two."], ["Three."], ["Four."]]


def test_another_field_of_json(write):
    path = write("a.jsonl", '{"content": "One.\\nTwo.", "text": 5}\n')
    assert list(read_documents(path, text_field="content")) == [
        ["One.", "Two."]
    ]
    assert '"text" must be a string' in error_of(path)


@pytest.mark.filterwarnings("error")
def test_hint_at_documents_on_lines(write):
    many = write("a.txt", "One. Two.\n" * 60)
    with pytest.warns(UserWarning, match="a.txt: .*--document-per-line"):
        hint_at_lines([write("a.jsonl"), many])
    hint_at_lines([write("b.txt", "One. Two.\n" * 49), many])
    hint_at_lines([write("c.txt", "One.\n" * 30 + " \n" + "Two.\n" * 30)])
    hint_at_lines([write("a.jsonl")])


@pytest.mark.parametrize("gz", ["", ".gz"])
@pytest.mark.parametrize("suffix", [".txt", ".jsonl"])
def test_holds_one_document_at_a_time(write, suffix, gz):
    document = f"{'some words ' * 100}\n" * 10
    one = f"{document}\n"
    if suffix == ".jsonl":
        one = json.dumps({"text": document}) + "\n"
    path = write(f"a{suffix}{gz}", one * 1000)
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_documents(path)) == 1000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < len(one) * 50


def test_text_without_blank_lines_comes_in_parts(write, monkeypatch):
    monkeypatch.setattr(documents, "_LONGEST_DOCUMENT", 30)
    path = write("a.txt", "ten chars.\n" * 10)
    parts = list(read_documents(path))
    assert [len(part) for part in parts] == [4, 4, 2]


def test_first_document_comes_before_a_mistake_further_down(write):
    path = write("a.txt", b"good\n\nb\xffd\n")
    assert next(read_documents(path)) == ["good"]


def test_not_utf_8(write):
    path = write("a.txt", b"good\nb\xe4d \xff\n")
    message = error_of(path)
    assert (
        f'{path}:2: not UTF-8 (byte 2 of the line is 0xe4, "ä" in Windows-1252)'
        in message
    )
    assert "--errors replace" in message
    assert list(read_documents(path, "replace")) == [
        ["good", "b\ufffdd \ufffd"]
    ]


def test_half_a_surrogate_pair(write):
    path = write("a.jsonl", '{"text": "a\\ud800"}')
    assert ':1: "text" has half a surrogate pair' in error_of(path)
    assert list(read_documents(path, "replace")) == [["a\ufffd"]]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", "", "has no text"),
        ("a.txt", "\ufeff\n \r\n\t\n", "has no text"),
        ("a.txt.gz", "", "has no text"),
        ("a.jsonl", '{"text": ""}\n', "has no text"),
        ("a.txt", b"fine\n\x7fELF\0\0", ":2: has a NUL byte"),
        ("a.txt", "fine".encode("utf-16"), ":1: is UTF-16, not UTF-8"),
        ("a.txt", "fine".encode("utf-16-le"), ":1: has a NUL byte"),
        ("a.jsonl", "{}\n", ':1: has no "text"; there are none'),
        (
            "a.jsonl",
            '{"Text": 1, "b": 2}',
            'no "text"; there are "Text", "b"; say which has the text with '
            "`--text-field`",
        ),
        (
            "a.jsonl",
            '\n{"text": null}',
            ':2: "text" must be a string, got null',
        ),
        ("a.jsonl", '{"text": ["a"]}', '"text" must be a string, got ["a"]'),
        ("a.jsonl", '["a"]\n', ":1: a JSON object is needed in each line"),
        ("a.json", '{\n "text": "a"}', ":1: not valid JSON: "),
        ("a.json", "[" * 100_000, ":1: not valid JSON: "),
        ("a.csv", "text", 'unknown kind of file ".csv"; one of .txt'),
        ("a.csv.gz", "text", 'unknown kind of file ".csv"; one of .txt'),
        ("a", "text", 'unknown kind of file ""; one of .txt'),
    ],
)
def test_bad_files(write, name, content, expected):
    assert expected in error_of(write(name, content))


def test_bad_places(tmp_path):
    assert "no such file" in error_of(tmp_path / "a.txt")
    (tmp_path / "b.txt").mkdir()
    assert "is a directory" in error_of(tmp_path / "b.txt")


def test_damaged_gzip(write, tmp_path):
    path = tmp_path / "a.txt.gz"
    whole = gzip.compress(os.urandom(10_000).hex().encode())
    inverted = bytes(byte ^ 255 for byte in whole[4000:4100])
    for data in (
        b"no gzip",
        whole[:5000],
        whole[:4000] + inverted + whole[4100:],
        whole[:-8] + bytes(8),
    ):
        path.write_bytes(data)
        assert "damaged gzip file" in error_of(path)


def test_line_without_end(write, monkeypatch):
    monkeypatch.setattr(text_files, "LONGEST_LINE", 2**20)
    path = write("a.txt", b"fine\n" + b"a" * (2**20 + 1))
    assert ":2: is longer than 1 MB" in error_of(path)


def test_bad_errors(write):
    with pytest.raises(UserError, match='errors="ignore" must be "strict"'):
        list(read_documents(write("a.txt"), "ignore"))


def found(*patterns):
    return [path.as_posix() for path in find_files(patterns)]


@pytest.fixture
def corpus(write, tmp_path, monkeypatch):
    for name in (
        "corpus/b.txt", "corpus/a.txt.gz", "corpus/deep/er/c.JSONL",
        "corpus/deep/d.json.gz", "corpus/readme.md", "corpus/.hidden.txt",
        "corpus/e.gz", "top.txt", "x[1].txt", "none/readme.md",
    ):  # fmt: skip
        write(name)
    monkeypatch.chdir(tmp_path)


ALL = [
    "corpus/a.txt.gz",
    "corpus/b.txt",
    "corpus/deep/d.json.gz",
    "corpus/deep/er/c.JSONL",
]


@pytest.mark.usefixtures("corpus")
def test_finds_files():
    assert found("top.txt") == ["top.txt"]
    assert found("corpus/.hidden.txt") == ["corpus/.hidden.txt"]
    assert found("corpus/*.txt*") == ALL[:2]
    assert found("corpus/**/*.json*") == ["corpus/deep/d.json.gz"]
    assert found("corpus") == found("corpus/") == found("corpus/*") == ALL
    assert found("corpus/**") == found("co*") == ALL
    assert found("x[1].txt") == ["x[1].txt"]


@pytest.mark.usefixtures("corpus")
def test_finds_each_file_once_and_sorted():
    assert found("top.txt", "corpus/b.txt", "corpus", "./top.txt") == [
        *ALL,
        "top.txt",
    ]
    if sys.platform != "win32":
        os.symlink("top.txt", "again.txt")
        assert found("top.txt", "again.txt") == ["top.txt"]


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("missing.txt", "missing.txt: there is no such file"),
        ("corpus/*.tsv", "corpus/*.tsv: there is no matching file"),
        ("corpus/readme.md", 'unknown kind of file ".md"; one of .txt, .jsonl'),
        ("corpus/e.gz", 'unknown kind of file ""; one of .txt, .jsonl'),
        ("none", "none: has no file of text; one of .txt, .jsonl, .json is"),
        ("corpus/*.md", "corpus/*.md: has no file of text"),
    ],
)
def test_finds_nothing(pattern, expected):
    with pytest.raises(UserError) as caught:
        find_files(["top.txt", pattern])
    assert expected in str(caught.value)


def test_no_patterns():
    assert find_files([]) == []
