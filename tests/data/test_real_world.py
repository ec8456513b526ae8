"""Files with the oddities of those that people have."""

import collections
import pathlib

import pytest

from albert_tf.data.documents import hint_at_lines, read_documents
from albert_tf.data.labels import find_labels, label_ids
from albert_tf.data.readers import read_examples
from albert_tf.data.wrapped_lines import unwrap
from albert_tf.errors import UserError

FILES = pathlib.Path(__file__).parent / "real_world"
pytestmark = pytest.mark.filterwarnings("error")


def read(name, **kwargs):
    return read_examples(FILES / name, **kwargs)


GOOD = read("good.tsv")


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [("cr.tsv", {}), ("noheader.tsv", {"columns": ("text", "label")})],
)
def test_read_as_the_plain_file(name, kwargs):
    examples = read(name, **kwargs)
    assert examples == GOOD[: len(examples)]
    assert len(examples) == 24


def test_no_header_is_told():
    with pytest.raises(UserError, match="first row looks like data"):
        read("noheader.tsv")


def test_semicolons_are_told():
    with pytest.raises(UserError, match="separated by semicolons"):
        read("semicolon.csv")


def test_quotes_of_pandas_are_taken_away():
    texts = {example.text for example in read("pandas_quotes_simple.tsv")}
    assert texts == {'He said "fine" and left.', "plain"}


def test_labels_with_blanks():
    examples = read("spacelabel.tsv")
    with pytest.warns(UserWarning, match='"good ", "good" differ'):
        assert find_labels(examples) == ["bad", "good"]
    label_ids(examples, ["bad", "good"])


def test_pairs():
    example = read("pairs.tsv")[0]
    assert (example.text, example.pair, example.label) == (
        "a text",
        "b text",
        "yes",
    )


def test_numbers_are_no_classes():
    with pytest.raises(UserError, match="24 different numbers .* regression"):
        find_labels(read("sts.csv"))
    with pytest.warns(UserWarning, match="classes, 0, 1; .* regression"):
        labels = find_labels(read("float_train.csv"))
    assert labels == find_labels(read("int_dev.csv")) == ["0", "1"]
    ids = label_ids(read("float_train.csv"), labels)
    assert ids.tolist() == label_ids(read("int_dev.csv"), labels).tolist()


def test_numbers_and_names_are_told_apart():
    with pytest.raises(UserError, match="are numbers, the known ones names"):
        label_ids(read("int_dev.csv"), find_labels(GOOD))


def test_odd_labels():
    counts = collections.Counter(e.label for e in read("odd_labels.csv"))
    assert {"体育", "سياسة", "[red]bold[/red]", "$x_$", "😀", "a\nb"} < {
        *counts
    }


def test_one_document_a_line():
    path = FILES / "one_document_a_line.txt"
    with pytest.warns(UserWarning, match="--document-per-line"):
        hint_at_lines([path])
    assert len(list(read_documents(path))) == 1
    assert len(list(read_documents(path, document_per_line=True))) == 60


def test_another_field():
    path = FILES / "oscar.jsonl"
    with pytest.raises(UserError, match='no "text"; .* "content".*text-field'):
        next(read_documents(path))
    documents = list(read_documents(path, text_field="content"))
    assert len(documents) == 30


@pytest.mark.parametrize("name", ["de.txt", "ja.txt"])
def test_sentences_on_lines_stay_apart(name):
    documents = list(read_documents(FILES / name))
    assert len(documents) == 60
    assert list(unwrap(documents)) == documents
