"""Sequences that are no longer than a model takes."""

from albert_tf.errors import UserError


def truncate(first, second, max_length):
    """Cuts the longer text, token by token, until both fit.

    Popping from the longer list, and from the second at a tie, ends at these
    lengths (`_truncate_seq_pair` in the official classifier_utils.py); no need
    to pop one by one.

    Args:
        first: ids of the text.
        second: ids of its pair; may be empty.
        max_length: the most tokens of both and their special tokens.

    Returns:
        What is left of both, and how many tokens were cut.
    """
    room = max_length - (3 if second else 2)
    num_truncated = len(first) + len(second) - room
    if num_truncated <= 0:
        return first, second, 0
    second = second[: max(room // 2, room - len(first))]
    return first[: room - len(second)], second, num_truncated


def check_max_length(max_length, with_pair):
    """Raises `UserError` where special tokens alone would not fit."""
    needed = 3 if with_pair else 2
    if max_length < needed:
        kind = "a pair" if with_pair else "a text"
        raise UserError(
            f"max_length must be at least {needed} for {kind}, "
            f"received {max_length}"
        )
