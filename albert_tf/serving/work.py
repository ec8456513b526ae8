"""What a request asks for, and how far it is."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from albert_tf.data.rows import Rows
from albert_tf.tasks import Task


class Work:
    """The texts of a request, which are computed sequence by sequence.

    Args:
        task: makes answers of outputs.
        examples: what is to be answered.
        rows: the sequences of each example.

    Attributes:
        examples: see above.
        tokens: of all sequences.
        truncated: how many sequences lost tokens to the longest length.
        waiting: sequences that nobody computes yet: example, row, length.
        answers: becomes the list of answers, one for each example.
    """

    def __init__(
        self, task: Task, examples: Sequence[Any], rows: Sequence[Rows]
    ):
        self._task = task
        self.examples = examples
        self._rows = rows
        self._outputs: list[list[Any]] = [[None] * len(one) for one in rows]
        self.waiting = collections.deque(
            (number, row, int(length))
            for number, one in enumerate(rows)
            for row, length in enumerate(one.encodings.num_tokens)
        )
        self.tokens = sum(length for *_, length in self.waiting)
        self.truncated = sum(one.num_truncated for one in rows)
        self._left = len(self.waiting)
        self._lock = threading.Lock()
        self.answers: concurrent.futures.Future = concurrent.futures.Future()

    def sequence(self, number: int, row: int) -> tuple[Rows, int]:
        """What a network takes of a waiting sequence."""
        return self._rows[number], row

    def put(
        self,
        number: int,
        row: int,
        outputs: dict[str, np.ndarray],
        run_method: Callable | None = None,
    ):
        """Keeps the outputs of a sequence; the last ones make the answers.

        Args:
            number: of the example.
            row: of its sequence.
            outputs: arrays by name.
            run_method: of the network that the thread has, see `Task.decode`.
        """
        self._outputs[number][row] = outputs
        with self._lock:  # threads compute sequences of the same request
            self._left -= 1
            is_last = self._left == 0
        if is_last and self.answers.set_running_or_notify_cancel():
            try:
                self.answers.set_result(self._answers(run_method))
            except Exception as error:  # of the task, whatever it is
                self.answers.set_exception(error)

    def _answers(self, run_method) -> list[Any]:
        answers = []
        for outputs, rows, example in zip(
            self._outputs, self._rows, self.examples, strict=True
        ):
            found = self._task.decode(_by_name(outputs), rows, run_method)
            answers += self._task.answers(found, rows, [example])
        return answers

    def fail(self, error: Exception) -> None:
        """There will be no answers, as one sequence has no outputs."""
        # Others of it may have failed too, or the client has gone.
        with contextlib.suppress(concurrent.futures.InvalidStateError):
            self.answers.set_exception(error)


def _by_name(outputs: Sequence[dict[str, np.ndarray]]) -> dict[str, list]:
    return {name: [one[name] for one in outputs] for name in outputs[0]}
