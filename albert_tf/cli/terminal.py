"""How the command line speaks and listens."""

from __future__ import annotations

import io
import sys

from rich.console import Console

from albert_tf.errors import UserError

# Texts and labels may hold what rich would take for markup or emoji.
console = Console(highlight=False, markup=False, emoji=False)


def say(text: str) -> None:
    """Prints a line; it is never broken, so that a path can be copied."""
    console.print(text, soft_wrap=True)


def fail(message: str) -> int:
    """Tells a mistake in one line; returns the exit status."""
    print(f"albert-tf: {' '.join(message.split())}", file=sys.stderr)
    return 2


def show_warning(message, category, filename, lineno, file=None, line=None):
    """Takes the place of `warnings.showwarning`: one line, ours only."""
    if category is UserWarning:
        text = " ".join(str(message).split())
        print(f"albert-tf: warning: {text}", file=sys.stderr)


def read_lines() -> list[str]:
    """The texts in the standard input, one a line.

    Raises:
        UserError: if nothing is piped in, or it is not UTF-8.
    """
    if sys.stdin.isatty():
        raise UserError("no text was given, neither as argument nor in a pipe")
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"standard input: not UTF-8 (byte {error.start})"
        ) from None
    if not text.strip():
        raise UserError("no text was given, and the standard input is empty")
    # Unlike splitlines, which also breaks at rare separators within a text.
    return [line.rstrip("\n") for line in io.StringIO(text, newline=None)]
