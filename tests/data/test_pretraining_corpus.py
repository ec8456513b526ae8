import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from albert_tf.config import AlbertConfig
from albert_tf.data import pretraining_corpus
from albert_tf.data.corpus import prepare_corpus
from albert_tf.data.corpus_blocks import CorpusOptions
from albert_tf.data.masking import MaskingOptions
from albert_tf.data.pretraining_corpus import PretrainingCorpus
from albert_tf.data.segments import SegmentOptions
from albert_tf.data.shard import Shard
from albert_tf.errors import UserError
from albert_tf.tokenizers import SentencePieceTokenizer

MASKING = MaskingOptions()


@pytest.fixture(scope="module")
def corpus(corpus_directory):
    return PretrainingCorpus(corpus_directory)


def take(dataset, number):
    """Batches as flat dictionaries of arrays."""
    return [
        {k: v.numpy() for part in batch for k, v in part.items()}
        for batch in itertools.islice(dataset, number)
    ]


def assert_equal(first, second):
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], name)


def originals(batch):
    """The tokens before they were masked."""
    ids = batch["token_ids"].copy()
    rows, slots = np.nonzero(batch["masked_lm_weights"])
    ids[rows, batch["masked_positions"][rows, slots]] = batch["masked_lm_ids"][
        rows, slots
    ]
    return ids


def test_what_is_in_a_batch(corpus):
    (batch,) = take(corpus.batches(16, MASKING, seed=3), 1)
    shapes = {name: array.shape for name, array in batch.items()}
    assert shapes == {
        "token_ids": (16, 64),
        "segment_ids": (16, 64),
        "padding_mask": (16, 64),
        "masked_positions": (16, 10),
        "masked_lm_ids": (16, 10),
        "masked_lm_weights": (16, 10),
        "sentence_order_labels": (16,),
        "example_weights": (16,),
    }
    ids = originals(batch)
    np.testing.assert_array_equal(batch["padding_mask"], ids > 0)
    assert (ids[:, 0] == 2).all()
    for row, segments in zip(ids, batch["segment_ids"], strict=True):
        first, second = np.flatnonzero(row == 3)
        assert segments.sum() == second - first
        assert segments[first + 1 : second + 1].all()


def test_a_batch_is_a_function_of_seed_and_step(corpus):
    all_at_once = take(corpus.batches(16, MASKING, seed=3), 12)
    later = take(corpus.batches(16, MASKING, seed=3, first_step=7), 5)
    for first, second in zip(all_at_once[7:], later, strict=True):
        assert_equal(first, second)
    other = take(corpus.batches(16, MASKING, seed=4), 1)[0]
    assert (other["token_ids"] != all_at_once[0]["token_ids"]).any()


def test_masks_depend_on_the_seed(corpus, monkeypatch):
    """The order of the examples does too, so it is held fast here."""
    monkeypatch.setattr(
        pretraining_corpus._EpochOrder, "_draw", lambda self, _: range(16)
    )
    first, second, again = (
        take(corpus.batches(16, MASKING, seed), 1)[0] for seed in (0, 1, 0)
    )
    assert_equal(first, again)
    np.testing.assert_array_equal(originals(first), originals(second))
    same = (first["token_ids"] == second["token_ids"]).all(1)
    assert not same.any()


def test_each_epoch_has_all_examples_and_new_masks(corpus):
    steps = len(corpus)  # of batch 2: two epochs
    batches = take(corpus.batches(2, MASKING, seed=0), steps)
    rows = np.concatenate([originals(b) for b in batches])
    masked = np.concatenate([b["token_ids"] for b in batches])
    first, second = rows[:steps], rows[steps:]
    assert sorted(map(tuple, first)) == sorted(map(tuple, second))
    assert (first != second).any()
    masks = {tuple(row): set() for row in first}
    for row, seen in zip(rows, masked, strict=True):
        masks[tuple(row)].add(tuple(seen))
    assert np.mean([len(m) == 2 for m in masks.values()]) > 0.9


@pytest.mark.parametrize("shape", [(1, 2), (2, 1), (2, 2)])
def test_workers_read_together_what_one_reads(corpus, shape):
    pipelines, replicas = shape
    whole = take(corpus.batches(8, MASKING, seed=1, first_step=2), 2)
    parts = [
        take(
            corpus.batches(
                8, MASKING, 1, 2, Shard(pipeline, pipelines, replicas)
            ),
            2 * replicas,
        )
        for pipeline in range(pipelines)
    ]
    for step in range(2):
        pieces = [
            part[step * replicas + replica]
            for part in parts
            for replica in range(replicas)
        ]
        for name, array in whole[step].items():
            joined = np.concatenate([piece[name] for piece in pieces])
            np.testing.assert_array_equal(array, joined, name)


def test_evaluation_sees_each_example_once(corpus):
    size = len(corpus) // 2 + 1  # more than half: the second has filler
    first = take(corpus.all_batches(size, MASKING), None)
    second = take(corpus.all_batches(size, MASKING), None)
    weights = np.concatenate([b["example_weights"] for b in first])
    assert weights.sum() == len(corpus)
    for a, b in zip(first, second, strict=True):
        assert_equal(a, b)
    last = first[-1]
    filler = last["example_weights"] == 0
    assert filler.any()
    assert not last["masked_lm_weights"][filler].any()
    assert not last["padding_mask"][filler].any()


@pytest.mark.slow
def test_static_masks_and_official_files(book_file, tokenizer, tmp_path):
    options = CorpusOptions(
        segments=SegmentOptions(length=64), masking=MaskingOptions()
    )
    prepare_corpus(
        [book_file], tmp_path / "static", tokenizer, options, processes=1
    )
    static = PretrainingCorpus(tmp_path / "static")
    assert static.is_masked
    batches = take(static.batches(4, MASKING, seed=0), 3)
    # The official files come alone, without our manifest and vocabulary.
    (tmp_path / "official").mkdir()
    for path in (tmp_path / "static").glob("train-*"):
        shutil.copy(path, tmp_path / "official" / f"{path.name}-of-1")
    official = PretrainingCorpus(tmp_path / "official")
    assert (official.length, official.tokenizer) == (64, None)
    for a, b in zip(
        batches, take(official.batches(4, MASKING, seed=0), 3), strict=True
    ):
        assert_equal(a, b)
    ids = originals(batches[0])
    assert (ids != batches[0]["token_ids"]).any()
    rest = take(official.all_batches(16, MASKING), None)[-1]
    assert rest["example_weights"].sum() == (len(official) - 1) % 16 + 1


def test_corpora_that_cannot_be_used(corpus, corpus_directory, tmp_path):
    with pytest.raises(UserError, match="fewer than one batch of 1000"):
        corpus.batches(1000, MASKING, seed=0)
    with pytest.raises(UserError, match="divisible by the 3 replicas"):
        corpus.batches(16, MASKING, 0, shard=Shard(replicas=3))
    with pytest.raises(UserError, match="has no training examples"):
        PretrainingCorpus(tmp_path)
    copy = tmp_path / "copy"
    shutil.copytree(corpus_directory, copy)
    SentencePieceTokenizer().save(copy)
    data = (copy / "vocabulary.model").read_bytes()
    pieces = SentencePieceTokenizer().pieces
    last = [p for p in pieces if p.isascii() and p.isalpha()][-1].encode()
    (copy / "vocabulary.model").write_bytes(data.replace(last, last[::-1]))
    with pytest.raises(UserError, match="not the one that the examples"):
        PretrainingCorpus(copy)
    (copy / "corpus.json").write_text("{}")
    with pytest.raises(UserError, match="damaged"):
        PretrainingCorpus(copy)


@pytest.fixture
def copy(corpus_directory, tmp_path):
    return Path(shutil.copytree(corpus_directory, tmp_path / "copy"))


def test_files_that_are_missing_are_named(copy):
    (path,) = copy.glob("held_out-*")
    path.unlink()
    PretrainingCorpus(copy)
    for use in (PretrainingCorpus, PretrainingCorpus.exists):
        with pytest.raises(UserError, match=f"lacks {path.name}, which"):
            use(copy, "held_out")


def test_files_of_another_corpus_are_named(copy):
    (path,) = copy.glob("train-*")
    other = copy / "train-00009-00000-0.tfrecord"
    shutil.copy(path, other)
    with pytest.raises(UserError, match=f"has {other.name}, which corpus.js"):
        PretrainingCorpus(copy)
    other.replace(path)
    PretrainingCorpus(copy)
    (held_out,) = copy.glob("held_out-*")
    held_out.replace(path)
    with pytest.raises(UserError, match=r"0.tfrecord: has \d+ examples, but"):
        PretrainingCorpus(copy)


def test_a_flipped_bit_is_found(copy):
    (path,) = copy.glob("train-*")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"0.tfrecord: damaged"):
        PretrainingCorpus(copy)


def test_older_corpora_do_not_name_their_files(copy, corpus):
    manifest = json.loads((copy / "corpus.json").read_text())
    del manifest["shards"]
    (copy / "corpus.json").write_text(json.dumps(manifest))
    assert len(PretrainingCorpus(copy)) == len(corpus)


def test_reading_is_told(corpus_directory):
    told = []
    PretrainingCorpus(corpus_directory, progress=told.append)
    (path,) = corpus_directory.glob("train-*")
    assert told == [path.stat().st_size]


def test_models_that_do_not_fit(corpus, tmp_path):
    config = AlbertConfig.from_preset("albert_pico")
    corpus.check_fits(corpus.tokenizer, config)
    corpus.check_fits(None, config)
    values = config.to_dict()
    short = AlbertConfig(**{**values, "max_position_embeddings": 32})
    with pytest.raises(UserError, match="examples of 64 tokens"):
        corpus.check_fits(None, short)
    small = AlbertConfig(**{**values, "vocab_size": 100})
    with pytest.raises(UserError, match="vocabulary of 30000 tokens"):
        corpus.check_fits(None, small)
    vocabulary = tmp_path / "other.txt"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"]
    vocabulary.write_text("\n".join(pieces))
    from albert_tf.tokenizers import WordPieceTokenizer

    with pytest.raises(UserError, match="another vocabulary"):
        corpus.check_fits(WordPieceTokenizer(vocabulary), config)


def test_records_of_something_else(tmp_path):
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(tmp_path / "a.tfrecord")) as writer:
        feature = tf.train.Feature(int64_list=tf.train.Int64List(value=[1]))
        features = tf.train.Features(feature={"image": feature})
        example = tf.train.Example(features=features)
        writer.write(example.SerializeToString())
    with pytest.raises(UserError, match="but image"):
        PretrainingCorpus(tmp_path)
