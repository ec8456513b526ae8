"""Bars that show how far a training is."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

_SECONDS = 30  # between two lines


class Bars:
    """Shows bars while it is a context.

    Where the console is no terminal there is a line every half minute instead.

    Args:
        console: where to show them; None for nowhere.
    """

    def __init__(self, console: Console | None):
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[status]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=console is None or not console.is_terminal,
        )
        self._console = console if self._progress.disable else None
        self._told = time.monotonic()

    def __enter__(self):
        self._progress.start()
        return self

    def __exit__(self, *error):
        self._progress.stop()

    @contextlib.contextmanager
    def bar(
        self, name: str, total: int, done: int = 0
    ) -> Iterator[Callable[..., None]]:
        """Shows a bar for something that is done in parts.

        Args:
            name: what is done.
            total: number of parts.
            done: how many of them are done.

        Yields:
            What is to be called after each part, or with their number; and
            with what else to show, as `status`.
        """
        task = self._progress.add_task(
            name, total=total, completed=done, status=""
        )
        try:
            yield functools.partial(self._advance, task)
        finally:
            self._progress.remove_task(task)

    def _advance(self, task, parts: float = 1, status: str = "") -> None:
        self._progress.update(task, advance=parts, status=status)
        now = time.monotonic()
        if self._console is not None and now - self._told > _SECONDS:
            self._told = now
            bar = self._progress.tasks[self._progress.task_ids.index(task)]
            self._console.print(
                f"{bar.description}: {bar.completed:,.0f} of {bar.total:,.0f}"
                f"  {status}".rstrip(),
                highlight=False,
            )
