"""Arguments that several commands take."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

from albert_tf.errors import UserError

Model = Annotated[
    str,
    Argument(
        help="A .tflite file, a directory made by finetune or export, "
        "hf:ID-or-directory or tf1:checkpoint."
    ),
]
TaskName = Annotated[
    str | None,
    Option(
        "--task",
        help="Whose files and figures, such as glue/rte; for an encoder that "
        "nobody fine-tuned: similarity.",
    ),
]
TextColumn = Annotated[str | None, Option("--text", help="Column of the text.")]
PairColumn = Annotated[
    str | None, Option("--pair", help="Column of a second text.")
]
LabelColumn = Annotated[
    str | None, Option("--label", help="Column of the label.")
]
Header = Annotated[
    str | None,
    Option(
        "--header",
        help="Names of all columns, with commas between them, of a file whose "
        "first row is data already.",
    ),
]


def column_names(header: str | None) -> list[str] | None:
    """The names in `--header`."""
    return None if header is None else header.split(",")


def whole_numbers(text: str, option: str) -> list[int]:
    """The numbers in an option such as `--lengths 16,32`."""
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise UserError(
            f"{option} {text!r:.60} must be whole numbers with commas between "
            "them"
        ) from None


Overwrite = Annotated[
    bool, Option("--overwrite", help="Replace what is there.")
]
