"""A progress bar for reading files."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


class FileProgress:
    """Shows how many of the bytes are done, where the console is a terminal.

    Args:
        files: what will be read; one that is missing counts for nothing.
        console: where to show it.
    """

    def __init__(self, files: Sequence[Path], console: Console):
        total = sum(path.stat().st_size for path in files if path.exists())
        self._bar = Progress(
            TextColumn("{task.fields[status]}"),
            BarColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=total, status="reading")
        self._start = time.perf_counter()

    def __enter__(self):
        self._bar.start()
        return self

    def __exit__(self, *error):
        self._bar.stop()

    def to(self, done: int, total: int) -> None:
        """Moves the bar to where the only file is read."""
        self._bar.update(self._task, completed=done, total=total)

    def advance(self, size: int, tokens: int) -> None:
        """Moves the bar on, and shows the tokens per second.

        Args:
            size: bytes that are done besides those before.
            tokens: how many there are so far.
        """
        speed = tokens / (time.perf_counter() - self._start)
        self._bar.update(
            self._task,
            advance=size,
            status=f"{tokens:,} tokens  {speed:,.0f} tokens/s",
        )
