"""Whether the directory of a fine-tuning may be written."""

from __future__ import annotations

import os
from pathlib import Path

from albert_tf.errors import UserError
from albert_tf.files import check_new_directory


def check_output(
    output: str | os.PathLike, overwrite: bool, resume: bool
) -> bool:
    """Checks that a training may write its directory.

    Args:
        output: the directory.
        overwrite: begin anew, whatever is there.
        resume: go on with an interrupted training, if there is one.

    Returns:
        Whether the directory, if it is there, may be replaced.

    Raises:
        UserError: it may not.
    """
    left = unfinished_directory(output)
    if left.exists() and resume:
        return True
    if left.exists() and not overwrite:
        raise UserError(
            f"{left}: holds a training that was interrupted; --resume goes on "
            "with it, --overwrite begins anew"
        )
    check_new_directory(output, overwrite)
    return overwrite


def check_tensorboard(directory: str | None, output: str | os.PathLike) -> None:
    """Raises `UserError` if TensorBoard's directory is none, or in `output`."""
    if directory is None:
        return
    directory, output = Path(directory).resolve(), Path(output).resolve()
    if directory.exists() and not directory.is_dir():
        raise UserError(f"tensorboard={directory} is not a directory")
    if directory.is_relative_to(output):
        raise UserError(
            f"tensorboard={directory} must not be in the output directory, "
            "which is made as a whole in the end"
        )


def unfinished_directory(output: str | os.PathLike) -> Path:
    """Where what is left of a training lies."""
    output = Path(output)
    return output.with_name(f"{output.name}.unfinished")
