"""Files of texts and their translations."""

import gzip

import pytest

from albert_tf.data.columns import Columns
from albert_tf.data.example import Example
from albert_tf.data.parallel_text import find_parallel, read_parallel
from albert_tf.errors import UserError

EXAMPLES = [
    Example("A dog runs.", None, "Ein Hund läuft."),
    Example("Two men, a car", None, "Zwei Männer, ein Auto"),
]
ENGLISH = "".join(f"{one.text}\n" for one in EXAMPLES)
GERMAN = "".join(f"{one.label}\n" for one in EXAMPLES)


@pytest.fixture
def folder(tmp_path):
    for split in ("train", "val"):
        (tmp_path / f"{split}.en").write_text(ENGLISH)
        (tmp_path / f"{split}.de").write_text(GERMAN)
    return tmp_path


def test_lines(folder):
    train, dev = find_parallel(folder)
    assert (train, dev) == (folder / "train.en", [folder / "val.en"])
    found = read_parallel(train)
    assert found == EXAMPLES
    assert found.about == 'text "en", label "de"'


def test_the_other_way_round(folder):
    expected = [Example(one.label, None, one.text) for one in EXAMPLES]
    assert read_parallel(folder / "train.de") == expected
    named = Columns("de", None, "en")
    assert read_parallel(folder / "train.en", named) == expected


def test_compressed(folder):
    for language, content in (("en", ENGLISH), ("de", GERMAN)):
        (folder / f"train.{language}").unlink()
        packed = folder / f"train.{language}.gz"
        packed.write_bytes(gzip.compress(content.encode()))
    train, _ = find_parallel(folder)
    assert train.name == "train.en.gz"
    assert read_parallel(train) == EXAMPLES
    assert read_parallel(train, Columns("en", None, "de")) == EXAMPLES


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "train.tsv",
            "source\ttarget\n"
            + "".join(f"{one.text}\t{one.label}\n" for one in EXAMPLES),
        ),
        (
            "train.jsonl",
            "".join(
                f'{{"source": "{one.text}", "target": "{one.label}"}}\n'
                for one in EXAMPLES
            ),
        ),
    ],
)
def test_tables(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    (tmp_path / name.replace("train", "val")).write_text(content)
    assert find_parallel(tmp_path)[0] == path
    assert read_parallel(path) == EXAMPLES
    path.write_text(content.replace("source", "a").replace("target", "b"))
    assert read_parallel(path, Columns("a", None, "b")) == EXAMPLES


def test_texts_without_translations(tmp_path):
    path = tmp_path / "news.en"
    path.write_text(ENGLISH)
    found = read_parallel(path, labelled=False)
    assert found == [Example(one.text) for one in EXAMPLES]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train.de": GERMAN + "x\n"}, r"train.de:3: has no counterpart: .*tr"),
        ({"train.en": ENGLISH + "x\n"}, r"train.en:3: .*after 2 lines"),
        ({"train.en": "a\n\nb\n"}, r"train.en:2: is empty"),
        ({"train.de": "a\n \nb\n"}, r"train.de:2: is empty"),
        ({"train.en": "", "train.de": ""}, r"train.en: has no lines"),
        ({"train.de": None}, r"beside it, in a file such as train.de, and"),
        ({"train.en": None}, r"train.en: there is no such file"),
        ({"train.fr": "a\n"}, r"train.de, train.fr; name .* by --label"),
    ],
)
def test_mistakes_in_one_line(folder, changes, message):
    for name, content in changes.items():
        if content is None:
            (folder / name).unlink()
        else:
            (folder / name).write_text(content)
    with pytest.raises(UserError, match=message):
        read_parallel(folder / "train.en")


def test_mistakes_of_tables_and_options(folder):
    with pytest.raises(UserError, match="--pair: a translation is of one"):
        read_parallel(folder / "train.en", Columns("en", "de"))
    with pytest.raises(UserError, match="--header: files of lines have no"):
        read_parallel(folder / "train.en", header=["a", "b"])
    table = folder / "train.tsv"
    table.write_text("source\ttarget\na\t\n")
    with pytest.raises(UserError, match=r'train.tsv:2: "target" is missing'):
        read_parallel(table)
    lines = folder / "train.jsonl"
    lines.write_text('{"source": "a", "target": 3}\n')
    with pytest.raises(UserError, match="must be a string, got 3"):
        read_parallel(lines)


def test_folders_that_do_not_say(folder):
    with pytest.raises(UserError, match="is no directory"):
        find_parallel(folder / "train.en")
    (folder / "train.en").rename(folder / "train.fr")
    with pytest.raises(UserError, match=r"there is train.de, train.fr; name"):
        find_parallel(folder)
    (folder / "train.fr").unlink()
    (folder / "train.de").unlink()
    with pytest.raises(UserError, match="and there is none"):
        find_parallel(folder)
