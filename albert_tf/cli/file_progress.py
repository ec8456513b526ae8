"""A progress bar for reading files."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

_SECONDS = 30  # between two lines


class FileProgress:
    """Shows how many of the bytes are done.

    Where the console is no terminal there is a line every half minute instead
    of a bar.

    Args:
        files: what will be read; one that is missing counts for nothing.
        console: where to show it.
    """

    def __init__(self, files: Sequence[Path], console: Console):
        total = sum(path.stat().st_size for path in files if path.exists())
        self._is_bar = console.is_terminal
        self._bar = Progress(
            TextColumn("{task.fields[status]}"),
            BarColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not self._is_bar,
        )
        task = self._bar.add_task("", total=total, status="reading")
        self._task = self._bar.tasks[task]
        self._start = self._told = time.perf_counter()

    def __enter__(self):
        self._bar.start()
        return self

    def __exit__(self, *error):
        self._bar.stop()

    def to(self, done: int, total: int) -> None:
        """Moves the bar to where the only file is read."""
        self._update(completed=done, total=total)

    def of(self) -> Callable[[int, int], None]:
        """What moves the bar on while one of several files is read.

        Returns:
            A function that takes the bytes that are done, and their number.
        """
        before = 0

        def progress(done, _):
            nonlocal before
            self._update(advance=done - before)
            before = done

        return progress

    def advance(self, size: int, tokens: int) -> None:
        """Moves the bar on, and shows the tokens per second.

        Args:
            size: bytes that are done besides those before.
            tokens: how many there are so far.
        """
        speed = tokens / (time.perf_counter() - self._start)
        status = f"{tokens:,} tokens  {speed:,.0f} tokens/s"
        self._update(advance=size, status=status)

    def _update(self, **values) -> None:
        self._bar.update(self._task.id, **values)
        now = time.perf_counter()
        if not self._is_bar and now - self._told > _SECONDS:
            self._told = now
            percent, status = self._task.percentage, self._task.fields["status"]
            # Not where a result may be that another program reads.
            print(f"{percent:3.0f} %  {status}", file=sys.stderr)
