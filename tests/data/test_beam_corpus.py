import dataclasses
import json

import pytest

from albert_tf.data.beam_corpus import prepare_with_beam
from albert_tf.data.corpus import prepare_corpus
from albert_tf.data.corpus_blocks import CorpusOptions
from albert_tf.data.segments import SegmentOptions
from albert_tf.errors import UserError

OPTIONS = CorpusOptions(
    segments=SegmentOptions(length=64),
    held_out_share=0.2,
    block_bytes=8000,
    passes=2,
)


@pytest.fixture(scope="module")
def files(book_file, tmp_path_factory):
    """Two files that share some documents."""
    directory = tmp_path_factory.mktemp("files")
    lines = book_file.read_text().splitlines(keepends=True)
    (directory / "a.jsonl").write_text("".join(lines[:20]))
    (directory / "b.jsonl").write_text("".join(lines[15:]))
    return [directory / "a.jsonl", directory / "b.jsonl"]


@pytest.mark.slow
def test_beam_makes_the_same_files(files, tokenizer, tmp_path):
    here, beam = tmp_path / "here", tmp_path / "beam"
    manifest = prepare_corpus(files, here, tokenizer, OPTIONS, processes=1)
    assert manifest["dropped"] == {"exact duplicates": 5}
    beam.mkdir()
    stale = beam / "train-00000-00099-0.tfrecord"
    stale.write_bytes(b"of a corpus that is overwritten")
    made = prepare_with_beam(
        [str(files[0].parent / "*.jsonl")], str(beam), tokenizer, OPTIONS
    )
    assert {p.name for p in here.iterdir()} == {p.name for p in beam.iterdir()}
    for path in here.iterdir():
        if path.name != "corpus.json":
            assert path.read_bytes() == (beam / path.name).read_bytes(), path
    assert made == json.loads((beam / "corpus.json").read_text())
    for name in ("splits", "dropped", "vocabulary", "options", "shards"):
        assert made[name] == manifest[name], name


def test_what_beam_cannot_do(files, tokenizer, tmp_path):
    near = dataclasses.replace(OPTIONS, duplicates="near")
    with pytest.raises(UserError, match="duplicates='near'"):
        prepare_with_beam([str(files[0])], str(tmp_path), tokenizer, near)
    with pytest.raises(UserError, match="nothing that matches"):
        prepare_with_beam(
            [f"{tmp_path}/*.txt"], str(tmp_path / "out"), tokenizer
        )
    (tmp_path / "corpus.json").write_text("{}")
    with pytest.raises(UserError, match="has a corpus already"):
        prepare_with_beam([str(files[0])], str(tmp_path), tokenizer)
