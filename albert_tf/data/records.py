"""TFRecord files of pre-training examples, read in any order."""

from __future__ import annotations

import functools
import mmap
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from albert_tf.data.pretraining_examples import PretrainingExamples
from albert_tf.errors import UserError
from albert_tf.files import new_file

# A record: its length, a checksum of that, its bytes, a checksum of those.
_HEADER = struct.Struct("<QI")
_FOOTER_BYTES = 4
_OPEN_FILES = 200
_FILES_AT_ONCE, _RECORDS_AT_ONCE = 50, 1000  # to check
_CRC_POLYNOMIAL = np.uint32(0x82F63B78)
_CRC_MASK = np.uint32(0xA282EAD8)


def write_examples(path, examples: PretrainingExamples) -> None:
    """Writes examples that are masked when they are read.

    Each is a `tf.train.Example` of `token_ids` and `word_starts` (int64, as
    many as there are tokens), `first_length` and `label` (int64).

    Args:
        path: the file to make.
        examples: all that the file will hold, at least one.
    """
    real = _real(examples.token_ids)
    _write(
        path,
        {
            "first_length": _ints(examples.first_lengths[:, None]),
            "label": _ints(examples.labels[:, None]),
            "token_ids": _ints(examples.token_ids, real),
            "word_starts": _ints(examples.word_starts, real),
        },
    )


def write_official(path, examples: PretrainingExamples, masked: dict) -> None:
    """Writes masked examples as the official create_pretraining_data.py does.

    Args:
        path: the file to make.
        examples: before they were masked, at least one.
        masked: what `Masker` made of them.
    """
    real = _real(examples.token_ids)
    columns = np.arange(real.shape[1])
    second = real & (columns >= examples.first_lengths[:, None])
    _write(
        path,
        {
            "input_ids": _ints(masked["token_ids"]),
            "input_mask": _ints(real),
            "masked_lm_ids": _ints(masked["masked_lm_ids"]),
            "masked_lm_positions": _ints(masked["masked_positions"]),
            "masked_lm_weights": _floats(masked["masked_lm_weights"]),
            "next_sentence_labels": _ints(examples.labels[:, None]),
            "segment_ids": _ints(second),
            "token_boundary": _ints(examples.word_starts),
        },
    )


def parse_examples(records, length: int) -> PretrainingExamples:
    """Reads what `write_examples` wrote.

    Args:
        records: tensor of strings [n], serialized; an empty one stands for an
            example of nothing but padding.
        length: L, at least as long as the longest example.

    Returns:
        The examples, as tensors.
    """
    import tensorflow as tf

    number = tf.io.FixedLenFeature([], tf.int64, default_value=0)
    tokens = tf.io.RaggedFeature(tf.int64)
    kinds = {
        "first_length": number,
        "label": number,
        "token_ids": tokens,
        "word_starts": tokens,
    }
    features = tf.io.parse_example(records, kinds)
    shape = (records.shape[0], length)
    ids = features["token_ids"].to_tensor(shape=shape)
    return PretrainingExamples(
        token_ids=tf.cast(ids, tf.int32),
        word_starts=features["word_starts"].to_tensor(shape=shape) > 0,
        first_lengths=tf.cast(features["first_length"], tf.int32),
        labels=tf.cast(features["label"], tf.int32),
    )


def parse_official(records, length: int, num_predictions: int) -> dict:
    """Reads the official format, ours or one that the official code wrote.

    Args:
        records: as in `parse_examples`.
        length: L.
        num_predictions: P.

    Returns:
        The features but for `token_boundary`, by name, as tensors: int32
        [n, L], [n, P] and [n, 1], and the float32 `masked_lm_weights` [n, P].
    """
    import tensorflow as tf

    sizes = {
        "input_ids": length,
        "input_mask": length,
        "masked_lm_ids": num_predictions,
        "masked_lm_positions": num_predictions,
        "next_sentence_labels": 1,
        "segment_ids": length,
    }
    kinds = {
        name: tf.io.FixedLenFeature([size], tf.int64, [0] * size)
        for name, size in sizes.items()
    }
    kinds["masked_lm_weights"] = tf.io.FixedLenFeature(
        [num_predictions], tf.float32, [0.0] * num_predictions
    )
    features = tf.io.parse_example(records, kinds)
    return {
        name: value if name == "masked_lm_weights" else tf.cast(value, tf.int32)
        for name, value in features.items()
    }


def _real(token_ids):
    """What is not padding, bool [n, L]; its id is 0 in every vocabulary."""
    lengths = (token_ids != 0).sum(1)
    return np.arange(token_ids.shape[1]) < lengths[:, None]


# Records are spelled out in bytes here, for all rows at once: it takes a third
# of the time of `tf.train.Example`, and the processes that prepare a corpus
# need not import TensorFlow.
def _write(path, columns) -> None:
    """Writes `tf.train.Example` records.

    Args:
        path: the file.
        columns: the serialized `tf.train.Feature` of every row, by name, in
            the alphabet's order, as TensorFlow writes them.
    """
    names = [_field(1, name.encode()) for name in columns]
    rows = []
    for row in zip(*columns.values(), strict=True):
        features = [
            _field(1, name + _field(2, feature))
            for name, feature in zip(names, row, strict=True)
        ]
        rows.append(_field(1, b"".join(features)))
    lengths = [struct.pack("<Q", len(row)) for row in rows]
    parts = lengths, _checksums(lengths), rows, _checksums(rows)
    with (
        new_file(path, overwrite=True) as temporary,
        open(temporary, "wb") as file,
    ):
        for record in zip(*parts, strict=True):
            file.writelines(record)


def _checksums(texts: list[bytes]) -> list[bytes]:
    """The masked CRC-32C of each, as TFRecord files have it."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = (table >> 1) ^ np.where(table & 1, _CRC_POLYNOMIAL, 0)
    sizes = np.array([*map(len, texts)])
    order = np.argsort(-sizes)  # so that those not at their end come first
    begins = (np.cumsum(sizes) - sizes)[order]
    data = np.frombuffer(b"".join(texts), np.uint8)
    sums = np.full(len(texts), ~np.uint32(0))
    # How many are longer than 0, 1, 2...
    numbers = np.searchsorted(-sizes[order], -np.arange(sizes.max()))
    for place, n in enumerate(numbers):
        low = (sums[:n] ^ data[begins[:n] + place]) & 255
        sums[:n] = sums[:n] >> 8 ^ table[low]
    sums[order] = ~sums
    masked = (sums >> 15 | sums << 17) + _CRC_MASK
    return [struct.pack("<I", number) for number in masked.tolist()]


def _field(number: int, content: bytes) -> bytes:
    """A field of a protocol buffer that is a string or a message."""
    return _head(number, len(content)) + content


@functools.lru_cache(maxsize=10_000)
def _head(number: int, size: int) -> bytes:
    head = [number << 3 | 2]
    while size > 127:
        head.append(size & 127 | 128)
        size >>= 7
    return bytes([*head, size])


def _ints(values, used=None) -> list[bytes]:
    """A serialized `tf.train.Feature` of integers for each row.

    Args:
        values: [n, k], of any type of integers or bool, none negative.
        used: bool [n, k], which of them are written; None for all.
    """
    if used is None:
        used = np.ones(values.shape, bool)
    data, ends = _varints(values[used].astype(np.int32))
    last = np.cumsum(used.sum(1)) - 1  # of each row
    return _features(3, data, ends[last])


def _varints(numbers):
    """Numbers in bytes of 7 bits, the low ones first.

    Each byte but the last of a number has a mark.

    Args:
        numbers: int32 [n].

    Returns:
        The bytes, uint8, and the end of each number among them, int [n].
    """
    sizes = np.ones(len(numbers), np.int32)
    for bits in range(7, int(numbers.max()).bit_length(), 7):
        sizes += numbers >= 1 << bits
    ends = np.cumsum(sizes)
    data = np.empty(ends[-1], np.uint8)
    places, rest = ends - sizes, numbers
    while len(rest):
        goes_on = rest > 127
        data[places] = rest & 127 | goes_on << 7
        places, rest = places[goes_on] + 1, rest[goes_on] >> 7
    return data, ends


def _floats(values) -> list[bytes]:
    """A serialized `tf.train.Feature` of float32 [n, k] for each row."""
    data = np.ascontiguousarray(values, "<f4").view(np.uint8)
    return _features(2, data, data.shape[1] * np.arange(1, len(data) + 1))


def _features(kind, data, ends):
    data, ends = data.tobytes(), ends.tolist()
    return [
        _field(kind, _field(1, data[begin:end]))
        for begin, end in zip([0, *ends], ends, strict=False)
    ]


class RecordFiles:
    """TFRecord files as one sequence that is read in any order.

    The files are mapped into memory, not loaded; a few of them at a time, as
    a process may have no more than about a thousand open.

    Args:
        paths: the files, uncompressed.
        progress: is told, now and then, how many more bytes were checked.

    Attributes:
        counts: number of records in each file.

    Raises:
        UserError: a file is missing, empty or damaged. All checksums are
            read.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        progress: Callable[[int], None] = lambda size: None,
    ):
        self._paths = list(paths)
        spans = [_find_records(path, _map(path)) for path in self._paths]
        _check_sums(self._paths, progress)
        self.counts = [len(of_file) for of_file in spans]
        self._file = np.repeat(np.arange(len(spans)), self.counts)
        self._spans = np.concatenate(spans)
        # What falls out of the cache is closed when nobody reads it any more.
        self._map = functools.lru_cache(maxsize=_OPEN_FILES)(_map)

    def __len__(self):
        return len(self._spans)

    def __getitem__(self, index: int) -> bytes:
        """A serialized `tf.train.Example`."""
        begin, end = self._spans[index]
        return self._map(self._paths[self._file[index]])[begin:end]


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


def _check_sums(paths, progress) -> None:
    for first in range(0, len(paths), _FILES_AT_ONCE):
        group = paths[first : first + _FILES_AT_ONCE]
        if not _has_right_sums(group):
            wrong = next(p for p in group if not _has_right_sums([p]))
            raise UserError(
                f"{wrong}: damaged: a checksum is wrong; make it again"
            )
        progress(sum(path.stat().st_size for path in group))


def _has_right_sums(paths) -> bool:
    import tensorflow as tf  # which checks them as fast as a disk reads

    records = tf.data.TFRecordDataset([str(path) for path in paths])
    try:
        for _ in records.batch(_RECORDS_AT_ONCE):
            pass
    except tf.errors.DataLossError:
        return False
    return True
