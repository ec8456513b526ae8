"""Files of labelled examples, as commands read them."""

from __future__ import annotations

from pathlib import Path

from albert_tf.cli.arguments import column_names
from albert_tf.cli.file_progress import FileProgress
from albert_tf.cli.terminal import console
from albert_tf.errors import UserError


def read_labelled(task, file: Path, columns, header: str | None):
    """The labelled examples of a file."""
    with FileProgress([file], console) as progress:
        return task.read(
            file, columns, header=column_names(header), progress=progress.to
        )


def read_unlabelled(task, file: Path, columns, header: str | None) -> list:
    """The examples of a file without labels, or with some that do not count.

    A `.txt` file has one text a line, unless the task's own files are such.
    """
    from albert_tf.data.text_files import bare_suffix, read_lines
    from albert_tf.tasks.task import Task

    is_table = task.read.__func__ is Task.read.__func__
    if is_table and bare_suffix(file) == ".txt":
        texts = (line.strip() for _, line in read_lines(file))
        examples = [task.example(task, text) for text in texts if text]
        if not examples:
            raise UserError(f"{file}: has no texts")
        return examples
    with FileProgress([file], console) as progress:
        return task.read(
            file,
            columns,
            labelled=False,
            header=column_names(header),
            progress=progress.to,
        )


def told(examples) -> str:
    """What was read, if the examples know."""
    return getattr(examples, "about", "")
