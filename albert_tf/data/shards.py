"""The files of a prepared corpus, and whether they are all there."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

from albert_tf.data.corpus import MANIFEST
from albert_tf.data.corpus_blocks import TRAIN
from albert_tf.errors import UserError

_ADVICE = "make the corpus again"


@dataclasses.dataclass(frozen=True)
class Shards:
    """The files of a split.

    Attributes:
        paths: where they are, none if the split has no examples.
        expected: how many examples each should have; None where nobody says.
    """

    paths: list[Path]
    expected: list[int] | None = None

    def check(self, counts: Sequence[int]) -> None:
        """Raises `UserError` if the files have other numbers of examples."""
        if self.expected is None:
            return
        for row in zip(self.paths, self.expected, counts, strict=True):
            path, expected, count = row
            if count != expected:
                raise UserError(
                    f"{path}: has {count} examples, but {MANIFEST} says "
                    f"{expected}, as of another corpus; {_ADVICE}"
                )


def find_shards(directory: Path, split: str) -> Shards:
    """The files of a split.

    Without a `corpus.json` the directory has files in the official format,
    which are all for training.

    Raises:
        UserError: a file is missing, or is there and belongs to another
            corpus; or `corpus.json` is damaged.
    """
    if not (directory / MANIFEST).exists():
        paths = directory.glob("*.tfrecord*") if split == TRAIN else []
        return Shards(sorted(paths))
    paths = sorted(directory.glob(f"{split}-*.tfrecord"))
    expected = _read_expected(directory / MANIFEST, split)
    if expected is None:
        return Shards(paths)
    names = [path.name for path in paths]
    missing = sorted(expected.keys() - names)
    if missing:
        raise UserError(
            f"{directory}: lacks {_named(missing)}, which {MANIFEST} names; "
            f"copy all of the corpus, or {_ADVICE}"
        )
    others = sorted(set(names) - expected.keys())
    if others:
        raise UserError(
            f"{directory}: has {_named(others)}, which {MANIFEST} does not "
            f"name, as of another corpus; remove what does not belong here, "
            f"or {_ADVICE}"
        )
    return Shards(paths, [expected[name] for name in names])


def _read_expected(path: Path, split: str) -> dict[str, int] | None:
    """The number of examples in each file of a split, by its name."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        # Older corpora do not tell.
        shards = manifest.get("shards")
        return shards and {
            name: int(count)
            for name, count in shards.items()
            if name.startswith(f"{split}-")
        }
    except (ValueError, TypeError, AttributeError, OSError) as error:
        raise UserError(f"{path}: damaged: {error!r}") from error


def _named(names: list[str]) -> str:
    rest = f" and {len(names) - 1} more files" if len(names) > 1 else ""
    return names[0] + rest
