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


def finetune(home, *changes, **files):
    """The arguments of a fine-tuning into `home/out`."""
    paths = {"train": home / "train.tsv", "dev": home / "dev.tsv", **files}
    argv = ["finetune", "--model", "albert_pico", "--epochs", "1"]
    for name, path in {"output": home / "out", **paths}.items():
        argv += [f"--{name}", path]
    return [*argv, *changes]


def left(home) -> set[str]:
    """The names of what is there."""
    return {path.name for path in home.iterdir()}
