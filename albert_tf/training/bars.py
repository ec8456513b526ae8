"""Bars that show how far pre-training is."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)


class Bars:
    """Shows bars while it is a context, where the console is a terminal.

    Args:
        console: where to show them; None for nowhere.
    """

    def __init__(self, console: Console | None):
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=console is None or not console.is_terminal,
        )

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
            What is to be called after each part, or with their number.
        """
        task = self._progress.add_task(name, total=total, completed=done)
        try:
            yield functools.partial(self._progress.advance, task)
        finally:
            self._progress.remove_task(task)
