"""The examples of a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from albert_tf.data.columns import Columns
from albert_tf.data.example import Example
from albert_tf.errors import UserError


class ExampleFile(list[Example]):
    """The examples in the order of the file, and where they were found.

    Args:
        path: the file.
        columns: what was read as text, second text and label.
        examples: what was found.
        others: the names of columns that were not read.
    """

    def __init__(
        self,
        path: Path,
        columns: Columns,
        examples: Iterable[Example],
        others: Sequence[str] = (),
    ):
        super().__init__(examples)
        self.path = path
        self.columns = columns
        self.others = others

    @property
    def about(self) -> str:
        """What was read, for people and reports."""
        return str(self.columns)

    def check_alike(self, other: ExampleFile) -> None:
        """Raises `UserError` if one file has pairs and the other has none."""
        if (self.columns.pair is None) != (other.columns.pair is None):
            raise UserError(
                f"{self.path} was read as {self.columns}, but {other.path} as "
                f"{other.columns}: both must have pairs of texts, or neither"
            )
