"""A progress bar for `prepare_corpus`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

# How much larger text is than its gzip file, about.
_GZIP_RATIO = 2.8


class CorpusProgress:
    """Shows how much of the text is done, and the tokens per second.

    Call it with the characters of a block and the tokens so far.

    Args:
        files: what will be read.
        console: where to show it.
    """

    def __init__(self, files: Sequence[Path], console: Console):
        total = sum(
            path.stat().st_size * (_GZIP_RATIO if path.suffix == ".gz" else 1)
            for path in files
        )
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

    def __call__(self, characters: int, tokens: int) -> None:
        """Moves the bar."""
        speed = tokens / (time.perf_counter() - self._start)
        self._bar.update(
            self._task,
            advance=characters,
            status=f"{tokens:,} tokens  {speed:,.0f} tokens/s",
        )
