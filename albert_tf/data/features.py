"""Encodings -> the arrays that models take."""

import itertools

import numpy as np

# As all models, signatures and files of ours call them.
INPUTS = ("token_ids", "segment_ids", "padding_mask")


def pad(encodings, length=None) -> dict[str, np.ndarray]:
    """Puts B encodings into arrays, filled up with zeros at the end.

    Args:
        encodings: B `Encoding`s.
        length: L, by default the length of the longest encoding.

    Returns:
        `token_ids`, `segment_ids` and `padding_mask` (1 for real tokens, 0 for
        padding), each int32 [B, L].

    Raises:
        ValueError: an encoding is longer than `length`.
    """
    lengths = np.array([len(one.token_ids) for one in encodings], np.int64)
    longest = int(lengths.max(initial=0))
    if length is None:
        length = longest
    elif longest > length:
        raise ValueError(
            f"an encoding has {longest} tokens, more than length={length}; "
            "give encode() this max_length"
        )
    real = np.arange(length) < np.expand_dims(lengths, 1)  # [B, L]

    def fill(rows):
        array = np.zeros(real.shape, np.int32)
        array[real] = np.fromiter(
            itertools.chain.from_iterable(rows), np.int32, lengths.sum()
        )
        return array

    return {
        "token_ids": fill(one.token_ids for one in encodings),
        "segment_ids": fill(one.segment_ids for one in encodings),
        "padding_mask": real.astype(np.int32),
    }
