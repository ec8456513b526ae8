"""TFRecord files of pre-training examples, read in any order."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from albert_tf.data.pretraining_examples import PretrainingExamples
from albert_tf.errors import UserError
from albert_tf.files import new_file

# A record: its length, a checksum of that, its bytes, a checksum of those.
_HEADER = struct.Struct("<QI")
_FOOTER_BYTES = 4


def write_examples(path, examples: PretrainingExamples) -> None:
    """Writes examples that are masked when they are read.

    Each is a `tf.train.Example` of `token_ids` and `word_starts` (int64, as
    many as there are tokens), `first_length` and `label` (int64).

    Args:
        path: the file to make.
        examples: all that the file will hold.
    """
    lengths = _real_lengths(examples.token_ids)
    columns = zip(
        examples.token_ids.tolist(),
        examples.word_starts.astype(int).tolist(),
        lengths.tolist(),
        examples.first_lengths.tolist(),
        examples.labels.tolist(),
        strict=True,
    )
    _write(
        path,
        (
            {
                "token_ids": token_ids[:length],
                "word_starts": word_starts[:length],
                "first_length": [first_length],
                "label": [label],
            }
            for token_ids, word_starts, length, first_length, label in columns
        ),
    )


def write_official(path, examples: PretrainingExamples, masked: dict) -> None:
    """Writes masked examples as the official create_pretraining_data.py does.

    Args:
        path: the file to make.
        examples: before they were masked.
        masked: what `Masker` made of them.
    """
    length = examples.token_ids.shape[1]
    lengths = _real_lengths(examples.token_ids)
    real = np.arange(length) < lengths[:, None]
    second = real & (np.arange(length) >= examples.first_lengths[:, None])
    columns = {
        "input_ids": masked["token_ids"],
        "input_mask": real.astype(int),
        "segment_ids": second.astype(int),
        "token_boundary": examples.word_starts.astype(int),
        "masked_lm_positions": masked["masked_positions"],
        "masked_lm_ids": masked["masked_lm_ids"],
        "masked_lm_weights": masked["masked_lm_weights"],
        "next_sentence_labels": examples.labels[:, None],
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    _write(path, (dict(zip(columns, row, strict=True)) for row in rows))


def _real_lengths(token_ids):
    """Tokens that are not padding; its id is 0 in every vocabulary."""
    return (token_ids != 0).sum(1)


def _write(path, rows) -> None:
    import tensorflow as tf

    with (
        new_file(path) as temporary,
        tf.io.TFRecordWriter(str(temporary)) as writer,
    ):
        for row in rows:
            features = {name: _feature(values) for name, values in row.items()}
            example = tf.train.Example(
                features=tf.train.Features(feature=features)
            )
            # The order of a map's keys is another one in every process.
            writer.write(example.SerializeToString(deterministic=True))


def _feature(values):
    from tensorflow import train

    if isinstance(values[0], float):
        return train.Feature(float_list=train.FloatList(value=values))
    return train.Feature(int64_list=train.Int64List(value=values))


class RecordFiles:
    """TFRecord files as one sequence that is read in any order.

    The files are mapped into memory, not loaded.

    Args:
        paths: the files, uncompressed.

    Raises:
        UserError: a file is missing, empty or damaged.
    """

    def __init__(self, paths: Sequence[Path]):
        self._maps = [_map(path) for path in paths]
        spans = [
            _find_records(path, data)
            for path, data in zip(paths, self._maps, strict=True)
        ]
        self._file = np.repeat(np.arange(len(spans)), [len(s) for s in spans])
        self._spans = np.concatenate(spans)

    def __len__(self):
        return len(self._spans)

    def __getitem__(self, index: int) -> bytes:
        """A serialized `tf.train.Example`."""
        begin, end = self._spans[index]
        return self._maps[self._file[index]][begin:end]


def _map(path):
    try:
        with open(path, "rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError:
        raise UserError(f"{path}: is empty") from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None


def _find_records(path, data):
    """Begin and end of every record, int64 [n, 2]."""
    spans = []
    position, size = 0, len(data)
    while position < size:
        begin = position + _HEADER.size
        end = size + 1
        if begin <= size:
            end = begin + _HEADER.unpack_from(data, position)[0]
        if end + _FOOTER_BYTES > size:
            raise UserError(
                f"{path}: damaged at byte {position}: not a whole TFRecord; "
                "make it again"
            )
        spans.append((begin, end))
        position = end + _FOOTER_BYTES
    return np.array(spans, np.int64)
