"""Results for TensorBoard."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf


class Summaries:
    """Writes numbers where `tensorboard --logdir` finds them.

    Args:
        directory: gets a directory for each kind of results; None for nowhere.
    """

    def __init__(self, directory: Path | None):
        self._directory = directory
        self._writers = {}

    def write(self, kind: str, step: int, results: dict[str, float]) -> None:
        """Adds results.

        Args:
            kind: such as "train" or "dev", a curve of its own.
            step: where they are on it.
            results: by name.
        """
        if self._directory is None:
            return
        if kind not in self._writers:
            place = str(self._directory / kind)
            self._writers[kind] = tf.summary.create_file_writer(place)
        writer = self._writers[kind]
        with writer.as_default():
            for name, value in results.items():
                tf.summary.scalar(name, value, step=step)
        writer.flush()
