"""Work that ended before its end, and goes on."""

import dataclasses
import shutil

import pytest

from albert_tf.data import corpus_blocks
from albert_tf.data.corpus import prepare_corpus
from albert_tf.data.corpus_blocks import CorpusOptions
from albert_tf.data.segments import SegmentOptions
from albert_tf.errors import UserError

OPTIONS = CorpusOptions(
    segments=SegmentOptions(length=64), held_out_share=0.2, block_bytes=8000
)


def contents(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def unfinished(output):
    """What is done of it, with the times at which it was."""
    partial = output.with_name(f"{output.name}.partial")
    return {p.name: p.stat().st_mtime_ns for p in partial.glob("*-*")}


@pytest.fixture
def whole(book_file, tokenizer, tmp_path):
    prepare_corpus(
        [book_file], tmp_path / "whole", tokenizer, OPTIONS, processes=1
    )
    return contents(tmp_path / "whole")


@pytest.fixture
def worked_on(monkeypatch):
    """The numbers of documents that were tokenized, in each split."""
    numbers = []
    tokenize = corpus_blocks.ExampleMaker.tokenize
    monkeypatch.setattr(
        corpus_blocks.ExampleMaker,
        "tokenize",
        lambda self, documents: (
            numbers.append(len(documents)) or tokenize(self, documents)
        ),
    )
    return numbers


def interrupt(files, output, tokenizer):
    """Ends after three blocks."""

    class StopWorkError(Exception):
        pass

    calls = []

    def progress(size, tokens):
        calls.append(tokens)
        if len(calls) == 3:
            raise StopWorkError

    with pytest.raises(StopWorkError):
        prepare_corpus(
            files, output, tokenizer, OPTIONS, processes=1, progress=progress
        )
    assert not output.exists()


def test_interrupted_work_goes_on(
    book_file, tokenizer, tmp_path, whole, worked_on
):
    output = tmp_path / "corpus"
    interrupt([book_file], output, tokenizer)
    done = sum(worked_on)
    prepare_corpus([book_file], output, tokenizer, OPTIONS, processes=1)
    assert contents(output) == whole
    # Nothing was done twice.
    assert sum(worked_on) == book_file.read_text().count("\n")
    assert 0 < done < sum(worked_on)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_later_mistake_loses_nothing(
    book_file, tokenizer, tmp_path, worked_on, processes
):
    texts = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for text in texts:
        shutil.copy(book_file, text)
    options = dataclasses.replace(OPTIONS, duplicates="keep")

    def prepare(name):
        prepare_corpus(
            texts, tmp_path / name, tokenizer, options, processes=processes
        )

    prepare("whole")
    right = texts[1].read_bytes()
    texts[1].write_bytes(right + b'{"text": "no end\n')
    with pytest.raises(UserError, match=r"b.jsonl:\d+: .* blocks of text are"):
        prepare("corpus")
    done = unfinished(tmp_path / "corpus")
    assert {n for n in done if "-00000-" in n or n.startswith("00000-")}
    texts[1].write_bytes(right)
    worked_on.clear()
    prepare("corpus")
    assert contents(tmp_path / "corpus") == contents(tmp_path / "whole")
    documents = right.count(b"\n")
    assert sum(worked_on) <= documents  # the first file was not read again


def test_a_file_that_has_changed_is_done_again(
    book_file, tokenizer, tmp_path, whole
):
    """Of the same size, so that only what is in it tells."""
    changed = tmp_path / "books.jsonl"
    text = book_file.read_text()
    changed.write_text(text.replace("the", "hte"))
    output = tmp_path / "corpus"
    interrupt([changed], output, tokenizer)
    changed.write_text(text)
    prepare_corpus([changed], output, tokenizer, OPTIONS, processes=1)
    assert contents(output) == whole


def test_a_file_that_is_gone_leaves_nothing(
    book_file, tokenizer, tmp_path, whole
):
    copy, output = tmp_path / "a.jsonl", tmp_path / "corpus"
    shutil.copy(book_file, copy)
    partial = tmp_path / "corpus.partial"
    interrupt([copy], output, tokenizer)
    (partial / "train-00007-00000-0.tfrecord").write_bytes(b"of a file")
    (partial / "00000-00000.json").write_bytes(b"")  # after a power cut
    prepare_corpus([book_file], output, tokenizer, OPTIONS, processes=1)
    assert contents(output) == whole


def test_unfinished_work_of_another_kind(book_file, tokenizer, tmp_path, whole):
    output = tmp_path / "corpus"
    interrupt([book_file], output, tokenizer)
    done = unfinished(output)
    other = dataclasses.replace(OPTIONS, segments=SegmentOptions(length=32))
    with pytest.raises(UserError, match="unfinished work with length=64, not"):
        prepare_corpus([book_file], output, tokenizer, other, processes=1)
    assert unfinished(output) == done
    prepare_corpus(
        [book_file], output, tokenizer, other, processes=1, overwrite=True
    )
    assert contents(output) != whole
    assert not unfinished(output)
