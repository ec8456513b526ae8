"""The command line, called in the process of a test."""

import sys

from albert_tf import cli


def call(argv) -> int:
    """Runs the command in this process; its exit status."""
    before = sys.argv
    sys.argv = ["albert-tf", *map(str, argv)]
    try:
        cli.main()
    except SystemExit as error:
        return error.code
    finally:
        sys.argv = before
