import contextlib
import dataclasses
import gzip
import json
import pickle
import textwrap

import pytest

from albert_tf.data import corpus_blocks
from albert_tf.data.corpus import _unpickle, prepare_corpus
from albert_tf.data.corpus_blocks import CorpusOptions
from albert_tf.data.masking import MaskingOptions
from albert_tf.data.records import RecordFiles
from albert_tf.data.segments import SegmentOptions
from albert_tf.errors import UserError

OPTIONS = CorpusOptions(
    segments=SegmentOptions(length=64), held_out_share=0.2, block_bytes=8000
)


def contents(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_what_is_counted_is_what_is_there(book_file, tokenizer, tmp_path):
    output = tmp_path / "corpus"
    manifest = prepare_corpus(
        [book_file], output, tokenizer, OPTIONS, processes=1
    )
    assert manifest == json.loads((output / "corpus.json").read_text())
    documents = book_file.read_text().count("\n")
    splits = manifest["splits"]
    assert sum(s["documents"] for s in splits.values()) == documents
    for split, counts in splits.items():
        paths = sorted(output.glob(f"{split}-*.tfrecord"))
        files = RecordFiles(paths)
        assert len(files) == counts["examples"]
        of_split = {
            name: count
            for name, count in manifest["shards"].items()
            if name.startswith(split)
        }
        names = [path.name for path in paths]
        assert of_split == dict(zip(names, files.counts, strict=True))
        assert counts["positions"] == 64 * counts["examples"]
    train = splits["train"]
    assert train["padding"] < 0.07 * train["positions"]
    # Three special tokens an example, the rest is text or counted as dropped.
    used = train["positions"] - train["padding"] - 3 * train["examples"]
    dropped = sum(n for name, n in train.items() if name.startswith("tokens "))
    assert used + dropped == train["tokens"]
    assert not (tmp_path / "corpus.partial").exists()


def test_progress_ends_with_all_bytes_and_tokens(
    book_file, tokenizer, tmp_path
):
    files = [book_file, tmp_path / "zh.jsonl.gz"]
    with gzip.open(files[1], "wt", encoding="utf-8") as file:
        file.write('{"text": "一天下雨了。第二天没有下。"}\n' * 2000)
    options = dataclasses.replace(OPTIONS, duplicates="keep", language="zh")
    told = []
    with contextlib.suppress(UserError):  # of unknown tokens, in the end
        prepare_corpus(
            files,
            tmp_path / "corpus",
            tokenizer,
            options,
            processes=1,
            progress=lambda *both: told.append(both),
        )
    size = sum(path.stat().st_size for path in files)
    assert sum(done for done, _ in told) == size
    assert len(told) > 3


def test_lines_of_a_fixed_width_are_joined(book_file, tokenizer, tmp_path):
    """The corpus is the same whether a book has long lines or short ones."""
    texts = [
        " ".join(json.loads(line)["text"].split())
        for line in book_file.read_text().splitlines()
    ]
    plain, wrapped = tmp_path / "plain.txt", tmp_path / "wrapped.txt"
    plain.write_text("\n\n".join(texts))
    texts = [textwrap.fill(x, 72, break_on_hyphens=False) for x in texts]
    wrapped.write_text("\n\n".join(texts))
    made = {}
    for path in (plain, wrapped):
        for own in (False, True):
            output = tmp_path / f"{path.stem}{own}"
            options = dataclasses.replace(OPTIONS, sentence_per_line=own)
            prepare_corpus([path], output, tokenizer, options, processes=1)
            made[path.stem, own] = [
                path.read_bytes() for path in sorted(output.glob("*.tfrecord"))
            ]
    assert made["plain", False] == made["wrapped", False]
    assert made["plain", True] != made["wrapped", True]


@pytest.mark.slow
def test_the_number_of_processes_does_not_matter(
    book_file, tokenizer, tmp_path
):
    made = []
    for processes in (1, 2):
        output = tmp_path / str(processes)
        prepare_corpus(
            [book_file], output, tokenizer, OPTIONS, processes=processes
        )
        made.append(contents(output))
    assert len(made[0]) > 8
    assert made[0] == made[1]


def test_a_process_keeps_its_writer():
    """And so the words that it knows."""
    data = pickle.dumps([1])
    assert _unpickle(data) is _unpickle(bytes(bytearray(data)))


def test_another_seed_cuts_elsewhere(book_file, tokenizer, tmp_path):
    made = []
    for seed in (0, 0, 1):
        options = dataclasses.replace(OPTIONS, seed=seed)
        output = tmp_path / "corpus"
        prepare_corpus(
            [book_file], output, tokenizer, options, processes=1, overwrite=True
        )
        made.append(contents(output))
    assert made[0] == made[1]
    assert made[0] != made[2]


def test_passes_cut_the_same_text_elsewhere(book_file, tokenizer, tmp_path):
    options = dataclasses.replace(OPTIONS, passes=2)
    manifest = prepare_corpus(
        [book_file], tmp_path / "corpus", tokenizer, options, processes=1
    )
    files = contents(tmp_path / "corpus")
    assert (
        files["train-00000-00000-0.tfrecord"]
        != (files["train-00000-00000-1.tfrecord"])
    )
    splits = manifest["splits"]
    documents = sum(split["documents"] for split in splits.values())
    assert documents == book_file.read_text().count("\n")
    assert not [n for n in files if n.startswith("held_out") and "-1." in n]


def test_exact_duplicates_are_dropped(book_file, tokenizer, tmp_path):
    options = dataclasses.replace(OPTIONS, held_out_share=0.0)
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(book_file.read_bytes())
    documents = book_file.read_text().count("\n")
    manifest = prepare_corpus(
        [book_file, copy], tmp_path / "a", tokenizer, options, processes=1
    )
    assert manifest["dropped"] == {"exact duplicates": documents}
    options = dataclasses.replace(options, duplicates="keep")
    manifest = prepare_corpus(
        [book_file, copy], tmp_path / "b", tokenizer, options, processes=1
    )
    assert manifest["dropped"] == {}
    assert manifest["splits"]["train"]["documents"] == 2 * documents


def test_files_that_are_held_out(book_file, tokenizer, tmp_path):
    options = dataclasses.replace(OPTIONS, held_out_share=0.0)
    other = tmp_path / "other.txt"
    other.write_text("A sentence of its own. Another one follows it.\n")
    manifest = prepare_corpus(
        [book_file], tmp_path / "corpus", tokenizer, options,
        held_out_files=[other], processes=1,
    )  # fmt: skip
    assert manifest["splits"]["held_out"]["documents"] == 1


def test_static_masks_are_in_the_official_format(
    book_file, tokenizer, tmp_path
):
    options = dataclasses.replace(OPTIONS, masking=MaskingOptions())
    prepare_corpus(
        [book_file], tmp_path / "corpus", tokenizer, options, processes=1
    )
    records = RecordFiles([*(tmp_path / "corpus").glob("train-*")])
    assert b"masked_lm_positions" in records[0]


def test_text_that_cannot_be_used(tokenizer, tmp_path):
    def prepare(text, name="text.txt", **kwargs):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UserError) as caught:
            prepare_corpus(
                [path], tmp_path / "corpus", tokenizer, processes=1, **kwargs
            )
        assert not [*tmp_path.glob("corpus*")]
        assert "\n" not in str(caught.value)
        return str(caught.value)

    message = prepare("鯨は海に住む。大きい。\n" * 50, "japanese.txt")
    assert "% of the tokens are unknown" in message
    assert "鯨" in message
    assert "at least two sentences" in prepare("One sentence only\n", "a.txt")
    assert "has no text" in prepare("\n\n", "b.txt")


def test_places_that_cannot_be_written(
    book_file, tokenizer, tmp_path, monkeypatch
):
    output = tmp_path / "corpus"
    output.mkdir()
    (output / "precious").write_text("x")
    with pytest.raises(UserError, match="exists already"):
        prepare_corpus([book_file], output, tokenizer, processes=1)

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(corpus_blocks, "write_examples", full)
    with pytest.raises(UserError, match="No space left.*what is done is kept"):
        prepare_corpus(
            [book_file], tmp_path / "b", tokenizer, OPTIONS, processes=1
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"duplicates": "some"},
        {"held_out_share": 1.0},
        {"passes": 0},
        {"block_bytes": 0},
    ],
)
def test_options_are_checked(wrong):
    (name,) = wrong
    with pytest.raises(UserError, match=name):
        CorpusOptions(**wrong)
