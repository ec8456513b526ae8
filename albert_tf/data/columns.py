"""Which columns of a file have the texts and the labels."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Sequence

from albert_tf.data.text_files import shorten
from albert_tf.errors import UserError

# As they are compared: in small letters, "_" for blanks.
_TEXTS = (
    "text",
    "sentence",
    "review",
    "utterance",
    "question",
    "query",
    "content",
    "tweet",
    "comment_text",
)
_PAIRS = (
    ("sentence1", "sentence2"),  # MRPC, RTE, WNLI, STS-B, MNLI, SNLI, PAWS
    ("question1", "question2"),  # QQP
    ("question", "sentence"),  # QNLI
    ("question", "passage"),  # BoolQ
    ("premise", "hypothesis"),  # MNLI and SNLI of Hugging Face
    ("#1_string", "#2_string"),  # MRPC as Microsoft writes it
    ("text_a", "text_b"),
    ("text1", "text2"),
    ("sentence_a", "sentence_b"),  # SICK
)
_LABELS = (
    "label",
    "labels",
    "gold_label",  # MNLI, SNLI
    "quality",  # MRPC
    "is_duplicate",  # QQP
    "score",  # STS-B
    "relatedness_score",  # SICK
    "entailment_judgment",  # SICK
    "intent",
    "category",
    "class",
    "target",
    "sentiment",
)
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclasses.dataclass(frozen=True)
class Columns:
    """Names of columns.

    Attributes:
        text: where the texts are, or the first ones of pairs.
        pair: where the second texts are; None where there are none.
        label: where the labels are; None where there are none.
    """

    text: str | None = None
    pair: str | None = None
    label: str | None = None

    def __str__(self):
        return ", ".join(
            f'{field.name} "{getattr(self, field.name)}"'
            for field in dataclasses.fields(self)
            if getattr(self, field.name) is not None
        )


def find_columns(
    path, names: Sequence[str], wanted: Columns, require_labels: bool
) -> Columns:
    """Finds the columns by the names that published data sets give them.

    Args:
        path: the file, for the messages.
        names: those of all columns.
        wanted: what the user named; None there is to be found. A text that is
            named is no pair's, unless the pair is named too.
        require_labels: whether a file without labels is a mistake.

    Returns:
        What is in `names`; `pair` and, unless required, `label` may be None.

    Raises:
        UserError: a column is not there, or several may be meant.
    """
    for column in dataclasses.astuple(wanted):
        if column is not None and column not in names:
            raise UserError(_missing(path, column, names))
    text, pair, label = dataclasses.astuple(wanted)
    named = [column for column in (text, pair, label) if column is not None]
    if len(set(named)) < len(named):
        raise UserError(
            f"text, pair and label must be different columns; got {wanted}"
        )
    if text is None:
        text, found_pair = _find_text(path, names)
        pair = pair or found_pair
    if label is None:
        rest = [name for name in names if name not in (text, pair)]
        label = _find_label(path, rest, names, require_labels)
    return Columns(text, pair, label)


def _find_text(path, names):
    plain = {_plain(name): name for name in names}
    pairs = [pair for pair in _PAIRS if all(name in plain for name in pair)]
    of_pairs = {name for pair in pairs for name in pair}
    singles = [
        (name, None)
        for name in _TEXTS
        if name in plain and name not in of_pairs
    ]
    found = [*singles, *pairs]
    if not found:
        raise UserError(_nothing(path, "text", names))
    if len(found) > 1:
        candidates = dict.fromkeys(
            plain[name] for columns in found for name in columns if name
        )
        raise UserError(
            f"{path}: the text may be in any of {_quoted(candidates)}; name "
            "its column with --text, and that of second texts with --pair"
        )
    return tuple(name and plain[name] for name in found[0])


def _find_label(path, rest, names, required):
    found = [name for name in rest if _plain(name) in _LABELS]
    if len(found) == 1:
        return found[0]
    if not required:
        return None
    if found:
        raise UserError(
            f"{path}: the label may be in any of {_quoted(found)}; name its "
            "column with --label"
        )
    raise UserError(_nothing(path, "label", names))


def _plain(name: str) -> str:
    return name.lower().replace(" ", "_")


def _missing(path, column, names):
    return (
        f'{path}: has no column "{column}"; there are {_quoted(names)}'
        f"{about_header(names) or _near(column, names)}"
    )


def _nothing(path, role, names):
    advice = f"; name it with --{role}{_near(role, names)}"
    return (
        f"{path}: no column has a usual name for the {role}, there are "
        f"{_quoted(names)}{about_header(names) or advice}"
    )


def _near(name, names):
    near = difflib.get_close_matches(name, names, 1)
    return f'; did you mean "{near[0]}"?' if near else ""


def about_header(names: Sequence[str]) -> str:
    """What to add to a message about a first row that names no columns."""
    if len(names) == 1:
        for sign, word in _SEPARATORS.items():
            if sign in names[0]:
                return (
                    f"; the fields seem to be separated by {word}: a .csv "
                    "file needs commas, a .tsv file tabs"
                )
    if any(_is_data(name) for name in names):
        return (
            "; the first row looks like data: if there is no header, name the "
            "columns, such as --header text,label"
        )
    return ""


def _is_data(name: str) -> bool:
    """Whether a field of the first row is a number or several words."""
    return len(name.split()) > 2 or name.replace(".", "", 1).isdecimal()


def _quoted(names) -> str:
    return ", ".join(f'"{shorten(name)}"' for name in names)
