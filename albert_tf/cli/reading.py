"""Files of labelled examples, as commands read them."""

from __future__ import annotations

from pathlib import Path

from albert_tf.cli.arguments import column_names
from albert_tf.cli.file_progress import FileProgress
from albert_tf.cli.terminal import console


def read_labelled(task, file: Path, columns, header: str | None):
    """The labelled examples of a file."""
    with FileProgress([file], console) as progress:
        return task.read(
            file, columns, header=column_names(header), progress=progress.to
        )


def told(examples) -> str:
    """What was read, if the examples know."""
    return getattr(examples, "about", "")
