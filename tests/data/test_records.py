import resource

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.data.masking import DRAWS, Masker, MaskingOptions
from albert_tf.data.pretraining_examples import PretrainingExamples
from albert_tf.data.records import RecordFiles, write_examples, write_official
from albert_tf.errors import UserError
from albert_tf.tokenizers import SentencePieceTokenizer

EXAMPLES = PretrainingExamples(
    token_ids=np.array(
        [[2, 40, 41, 3, 42, 43, 3, 0], [2, 50, 3, 51, 3, 0, 0, 0]], np.int32
    ),
    word_starts=np.array(
        [[0, 1, 0, 0, 1, 1, 0, 0], [0, 1, 0, 1, 0, 0, 0, 0]], bool
    ),
    first_lengths=np.array([4, 3], np.int32),
    labels=np.array([1, 0], np.int32),
)


def features(record):
    example = tf.train.Example.FromString(record)
    return {
        name: list(value.int64_list.value or value.float_list.value)
        for name, value in example.features.feature.items()
    }


def test_examples_are_read_back(tmp_path):
    path = tmp_path / "a.tfrecord"
    write_examples(path, EXAMPLES)
    records = RecordFiles([path, path])
    assert len(records) == 4
    assert records[1] == records[3]
    assert features(records[0]) == {
        "token_ids": [2, 40, 41, 3, 42, 43, 3],
        "word_starts": [0, 1, 0, 0, 1, 1, 0],
        "first_length": [4],
        "label": [1],
    }
    with pytest.raises(IndexError):
        records[4]


def test_tensorflow_reads_the_same_records(tmp_path):
    path = tmp_path / "a.tfrecord"
    write_examples(path, EXAMPLES)
    read = list(tf.data.TFRecordDataset(str(path)).as_numpy_iterator())
    records = RecordFiles([path])
    assert read == [records[i] for i in range(len(records))]


# Where a number, or the length of a field, takes a byte more.
EDGES = [1, 127, 128, 16_383, 16_384, 2**21 - 1, 2**21, 2**31 - 1]


@pytest.mark.slow
@settings(max_examples=50)
@given(
    st.lists(
        st.lists(st.sampled_from(EDGES) | st.integers(1, 2**31 - 1), min_size=1)
        | st.integers(120, 130).map(lambda n: [1] * n)
        | st.integers(16_370, 16_390).map(lambda n: [127] * n),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([0, *EDGES]),
)
def test_any_numbers_are_read_back(tmp_path_factory, rows, number):
    """The bytes that we spell out are those of TensorFlow's own writer."""
    shape = len(rows), max(map(len, rows))
    token_ids = np.zeros(shape, np.int32)
    for row, ids in zip(token_ids, rows, strict=True):
        row[: len(ids)] = ids
    examples = PretrainingExamples(
        token_ids,
        token_ids % 2 == 1,
        np.full(len(rows), number, np.int32),
        np.arange(len(rows), dtype=np.int32),
    )
    path = tmp_path_factory.mktemp("records") / "a.tfrecord"
    write_examples(path, examples)
    # TensorFlow checks the checksums as it reads.
    read = [*tf.data.TFRecordDataset(str(path)).as_numpy_iterator()]
    for label, (record, ids) in enumerate(zip(read, rows, strict=True)):
        expected = {
            "token_ids": ids,
            "word_starts": [i % 2 for i in ids],
            "first_length": [number],
            "label": [label],
        }
        assert features(record) == expected
        feature = {
            name: tf.train.Feature(
                int64_list=tf.train.Int64List(value=expected[name])
            )
            for name in expected
        }
        example = tf.train.Example(features=tf.train.Features(feature=feature))
        assert record == example.SerializeToString(deterministic=True)


def test_the_official_format(tmp_path):
    masker = Masker(MaskingOptions(max_predictions=3), SentencePieceTokenizer())
    uniforms = np.random.default_rng(0).random((2, DRAWS, 8))
    masked = masker(EXAMPLES.token_ids, EXAMPLES.word_starts, uniforms)
    write_official(tmp_path / "a.tfrecord", EXAMPLES, masked)
    first = features(RecordFiles([tmp_path / "a.tfrecord"])[0])
    assert first["input_mask"] == [1, 1, 1, 1, 1, 1, 1, 0]
    assert first["segment_ids"] == [0, 0, 0, 0, 1, 1, 1, 0]
    assert first["token_boundary"] == [0, 1, 0, 0, 1, 1, 0, 0]
    assert first["next_sentence_labels"] == [1]
    assert first["masked_lm_weights"] == [1.0, 0.0, 0.0]
    position = first["masked_lm_positions"][0]
    assert first["masked_lm_ids"][0] == EXAMPLES.token_ids[0, position]
    assert first["input_ids"] == masked["token_ids"][0].tolist()


def test_files_that_cannot_be_read(tmp_path):
    path = tmp_path / "a.tfrecord"
    with pytest.raises(UserError, match="No such file"):
        RecordFiles([path])
    path.write_bytes(b"")
    with pytest.raises(UserError, match="is empty"):
        RecordFiles([path])
    path.write_bytes(b"some text that is no record at all")
    with pytest.raises(UserError, match="damaged at byte 0"):
        RecordFiles([path])
    write_examples(path, EXAMPLES)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(UserError, match="not a whole TFRecord"):
        RecordFiles([path])


def test_a_wrong_checksum_is_found(tmp_path):
    path = tmp_path / "a.tfrecord"
    write_examples(path, EXAMPLES)
    data = bytearray(path.read_bytes())
    for place in (8, 20, len(data) - 1):  # of the length; text; of the text
        damaged = data.copy()
        damaged[place] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(UserError, match="a.tfrecord: damaged: a checksum"):
            RecordFiles([path])


def test_more_files_than_a_process_may_have_open(tmp_path):
    paths = [tmp_path / f"{number}.tfrecord" for number in range(1030)]
    write_examples(paths[0], EXAMPLES)
    for path in paths[1:]:
        path.hardlink_to(paths[0])
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, limit[1]))
    try:
        records = RecordFiles(paths)
        read = [records[i] for i in range(len(records))]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
    assert read == read[:2] * 1030
