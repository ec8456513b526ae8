"""What counts as text in `fit`, `evaluate` and `predict`."""

from __future__ import annotations

import dataclasses

import numpy as np

from albert_tf.errors import UserError


@dataclasses.dataclass(frozen=True)
class TextInput:
    """Texts, or pairs of texts, in whatever form they came.

    Attributes:
        texts: n strings.
        pairs: n strings, or None.
        is_single: whether it was one string, or a pair of two, by itself.
    """

    texts: list[str]
    pairs: list[str] | None = None
    is_single: bool = False

    def __len__(self):
        return len(self.texts)

    @classmethod
    def of(cls, x) -> TextInput | None:
        """Takes what the user gave; None if it is no text.

        Args:
            x: a string; a sequence of strings such as a list, a tuple, a
                pandas Series, a NumPy array or a string tensor; or, for pairs,
                a tuple of two such sequences.

        Raises:
            UserError: if there is no text at all, something among the texts
                is none, or the texts of pairs are not equally many.
        """
        if isinstance(x, cls):
            return x
        if isinstance(x, str | bytes):
            return cls([_text(x, 0)], is_single=True)
        if isinstance(x, tuple) and len(x) == 2:
            columns = [_column(part) for part in x]
            if None not in columns:
                texts, pairs = columns
                if len(texts) != len(pairs):
                    raise UserError(
                        f"pairs need as many first as second texts; got "
                        f"{len(texts)} and {len(pairs)}"
                    )
                return cls(texts, pairs)
        texts = _column(x)
        return None if texts is None else cls(texts)


def split(columns, share: float):
    """Cuts the last `share` of the rows off texts, targets and weights."""
    size = len(columns[0])
    at = int(size * (1 - share))

    def cut(column, part: slice):
        if column is None:
            return None
        if isinstance(column, TextInput):
            pairs = column.pairs and column.pairs[part]
            return TextInput(column.texts[part], pairs)
        return np.asarray(column)[part]

    return (
        [cut(column, slice(0, at)) for column in columns],
        [cut(column, slice(at, size)) for column in columns],
    )


def _column(x) -> list[str] | None:
    """A sequence of strings as a list; None if it is something else."""
    if isinstance(x, list | tuple):
        if not x:
            raise UserError("there is no text: the list is empty")
        if not any(isinstance(item, str | bytes) for item in x):
            _refuse_rows_of_pairs(x[0])
            return None
        items = x
    elif hasattr(x, "__array__") and not hasattr(x, "element_spec"):
        array = np.asarray(x)
        if not array.size and array.ndim == 1:
            raise UserError("there is no text: the sequence is empty")
        if array.dtype.kind not in "OSTU" or not _holds_text(array):
            return None
        if array.ndim == 0:
            return [_text(array.item(), 0)]
        if array.ndim > 1:
            raise UserError(
                f"texts must be one column; got an array of shape "
                f"{array.shape} (pairs are a tuple of two columns)"
            )
        items = array.tolist()
    else:
        return None
    if not items:
        raise UserError("there is no text: the sequence is empty")
    return [_text(item, index) for index, item in enumerate(items)]


def _refuse_rows_of_pairs(first) -> None:
    if isinstance(first, list | tuple) and [*map(type, first)] == [str, str]:
        raise UserError(
            "pairs of texts must be a tuple of two columns, the first texts "
            f"and the second ones; got a list of pairs such as {first!r:.60}"
        )


def _holds_text(array: np.ndarray) -> bool:
    """Whether an array of objects, which may be anything, begins with text."""
    if array.dtype.kind != "O" or not array.size:
        return True
    return any(isinstance(item, str | bytes) for item in array.flat)


def _text(item, index: int) -> str:
    if isinstance(item, bytes):  # as TensorFlow gives strings
        try:
            return item.decode()
        except UnicodeDecodeError as error:
            raise UserError(
                f"text {index} is not UTF-8 (byte {error.start})"
            ) from None
    if not isinstance(item, str):
        raise UserError(
            f"text {index} must be a string; got {type(item).__name__} {item!r}"
        )
    return str(item)
