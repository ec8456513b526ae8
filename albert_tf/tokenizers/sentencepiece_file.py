"""The parts of a SentencePiece model file.

Its own Python classes ask for one version of protobuf, TensorFlow for another;
no more is needed here than where the fields of the message begin and end.
"""

from __future__ import annotations

from collections.abc import Iterator

PIECE, NORMALIZER = 1, 3  # fields of ModelProto


def fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a serialized `ModelProto`, in their order.

    Yields:
        The number of each field, and its bytes with number and size.

    Raises:
        IndexError: the data end within the size of a field.
    """
    position = 0
    while position < len(data):
        start, number = position, data[position] >> 3
        position += 1
        size = shift = 0
        while True:
            byte = data[position]
            position += 1
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        position += size
        yield number, data[start:position]
