"""Files of predicates and their roles -> `RoleText`s."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from albert_tf.data.text_files import (
    Progress,
    parse_object,
    read_lines,
    shorten,
    string_in,
)
from albert_tf.errors import UserError
from albert_tf.tagging.role_text import PREDICATE, RoleText
from albert_tf.tagging.tagged_files import are_strings
from albert_tf.tagging.tags import Span, bio_of, check_tags, to_bio
from albert_tf.tagging.words import split_words

_BAR = "|||"
_NEEDED = (
    'needed is "2 The cat sleeps ||| B-ARG0 I-ARG0 B-V": the number of the '
    "predicate's word from 0, the words, and a tag for each"
)


class RoleFile(list[RoleText]):
    """The sentences in the order of the file.

    Args:
        path: the file.
        examples: the sentences.
    """

    def __init__(self, path: Path, examples: list[RoleText]):
        super().__init__(examples)
        self.path = path

    @property
    def about(self) -> str:
        """What was found in it, for people and reports."""
        predicates = sum(len(one.predicates or ()) for one in self)
        return f"{len(self):,} texts with {predicates:,} predicates"


def read_roles(
    path: Path, labelled: bool = True, progress: Progress | None = None
) -> RoleFile:
    """Reads a file of predicates.

    A line has a predicate, `2 The cat sleeps ||| B-ARG0 I-ARG0 B-V`, as the
    files made of CoNLL-2005 and -2012 for span models do (He et al., 2017);
    lines after each other with the same words are one sentence. Or JSON has an
    object a line: `tokens` and `predicates`, a list of `index` and `tags`; or
    `text` and `predicates`, a list of `start`, `end` and `roles`, each with
    `start`, `end` and `label`, characters and end exclusive.

    Args:
        path: the file, also with `.gz`.
        labelled: whether a text without predicates is a mistake; else lines
            may be texts alone.
        progress: is told bytes done and bytes in all.

    Raises:
        UserError: the file, or the line that the message names, is not what
            is described above.
    """
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".json", ".jsonl")):
        examples = [*_json(path, labelled, progress)]
    elif labelled or _has_predicates(path):
        examples = [*_sentences(path, progress)]
    else:
        examples = [
            RoleText(line, split_words(line))
            for _, line in read_lines(path, progress=progress)
            if line.strip()
        ]
    if not examples:
        raise UserError(f"{path}: has no texts")
    return RoleFile(path, examples)


# === A predicate a line ===


def _has_predicates(path: Path) -> bool:
    """Whether the first line has tags behind its text."""
    written = (line for _, line in read_lines(path) if line.strip())
    return _BAR in next(written, "")


def _sentences(path: Path, progress) -> Iterator[RoleText]:
    words, roles = None, {}
    for number, line in read_lines(path, progress=progress):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        predicate, next_words, tags = _line(place, line)
        # A sentence may be there twice, one after the other.
        if next_words != words or predicate in roles:
            if words:
                yield RoleText.of_words(words, roles)
            words, roles = next_words, {}
        _add(place, roles, predicate, tags, words)
    if words:
        yield RoleText.of_words(words, roles)


def _line(place: str, line: str) -> tuple[int, list[str], list[str]]:
    left, bar, right = line.partition(_BAR)
    first, *words = left.split() or [""]
    if not (bar and first.isdecimal() and words):
        raise UserError(f"{place}: got {shorten(line.strip())!r}; {_NEEDED}")
    return int(first), words, right.split()


def _add(
    place: str,
    roles: dict[int, tuple[str, ...]],
    predicate: int,
    tags: list[str],
    words: list[str],
) -> None:
    """Puts the tags of a predicate into `roles`, in BIO."""
    if len(tags) != len(words):
        raise UserError(f"{place}: {len(words)} words, but {len(tags)} tags")
    if not 0 <= predicate < len(words):
        raise UserError(
            f"{place}: the predicate is word {predicate}, but there are words "
            f"0 to {len(words) - 1} only"
        )
    if predicate in roles:
        raise UserError(
            f"{place}: has word {predicate}, {words[predicate]!r}, as a "
            "predicate for the second time"
        )
    try:
        check_tags(["B-V", *tags])  # a scheme in any case
    except UserError as error:
        raise UserError(f"{place}: {error}") from None
    roles[predicate] = tuple(to_bio(tags))


# === JSON ===


def _json(path: Path, labelled: bool, progress) -> Iterator[RoleText]:
    for number, line in read_lines(path, progress=progress):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        row = parse_object(place, line)
        predicates = row.get("predicates")
        if predicates is None and labelled:
            raise UserError(f'{place}: has no "predicates"')
        if predicates is not None and not _are_objects(predicates):
            raise UserError(
                f'{place}: "predicates" must be a list of objects, got '
                f"{_shown(predicates)}"
            )
        make = _of_tokens if "tokens" in row else _of_text
        yield make(place, row, predicates)


def _are_objects(values) -> bool:
    return isinstance(values, list) and all(isinstance(v, dict) for v in values)


def _shown(value) -> str:
    return shorten(json.dumps(value, ensure_ascii=False))


def _of_tokens(place: str, row: dict, predicates) -> RoleText:
    words = row["tokens"]
    if not are_strings(words):
        raise UserError(
            f"{place}: tokens must be a list of strings, none of them empty, "
            f"got {_shown(words)}"
        )
    if predicates is None:
        return RoleText.of_words(words)
    roles: dict[int, tuple[str, ...]] = {}
    for one in predicates:
        index, tags = one.get("index"), one.get("tags")
        if type(index) is not int or not are_strings(tags):
            raise UserError(
                f"{place}: a predicate needs index, a number, and tags, a "
                f"list of strings, got {_shown(one)}"
            )
        _add(place, roles, index, tags, words)
    return RoleText.of_words(words, roles)


def _of_text(place: str, row: dict, predicates) -> RoleText:
    text = string_in(place, row, "text")
    if predicates is None:
        return RoleText(text, split_words(text))
    borders = set()
    for one in predicates:
        if not _are_objects(one.get("roles")):
            raise UserError(
                f"{place}: a predicate needs start, end and roles, a list of "
                f"objects, got {_shown(one)}"
            )
        for part in (one, *one["roles"]):
            borders |= set(_place(place, text, part))
    words = split_words(text, borders)
    strings = [text[begin:end] for begin, end in words]
    roles: dict[int, tuple[str, ...]] = {}
    for one in predicates:
        predicate = _span(place, text, words, one, PREDICATE)
        tags = _tags(place, text, words, predicate, one["roles"])
        _add(place, roles, predicate.first, tags, strings)
    return RoleText(text, words).with_roles(roles)


def _tags(place, text, words, predicate: Span, roles) -> list[str]:
    spans, taken = [predicate], {}
    for role in roles:
        label = role.get("label")
        if not isinstance(label, str) or not label.strip():
            raise UserError(f"{place}: a role needs a label: {_shown(role)}")
        spans.append(_span(place, text, words, role, label))
    for span in spans:
        for number in range(span.first, span.last + 1):
            if number in taken:
                begin, end = words[number]
                raise UserError(
                    f"{place}: the roles {taken[number]} and {span.kind} "
                    f"overlap at {text[begin:end]!r}; a word has one role for "
                    "a predicate"
                )
            taken[number] = span.kind
    return bio_of(spans, len(words))


def _place(place: str, text: str, part: dict) -> tuple[int, int]:
    """The characters of a predicate or role, without blanks around it."""
    begin, end = part.get("start"), part.get("end")
    if not (type(begin) is type(end) is int and 0 <= begin < end <= len(text)):
        raise UserError(
            f"{place}: start and end must be within the {len(text)} "
            f"characters of the text, got {_shown(part)}"
        )
    found = text[begin:end]
    begin += len(found) - len(found.lstrip())
    return begin, begin + len(found.strip())


def _span(place, text, words, part: dict, kind: str) -> Span:
    begin, end = _place(place, text, part)
    inside = [k for k, (b, e) in enumerate(words) if begin <= b and e <= end]
    if not inside:
        raise UserError(f"{place}: no word is at {_shown(part)}")
    return Span(kind, inside[0], inside[-1])
