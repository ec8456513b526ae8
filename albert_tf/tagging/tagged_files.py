"""Files of tagged texts -> `TaggedText`s."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from albert_tf.data.columns import Columns
from albert_tf.data.readers import one_label
from albert_tf.data.text_files import (
    Progress,
    parse_object,
    read_lines,
    shorten,
    string_in,
)
from albert_tf.errors import UserError
from albert_tf.tagging.tagged_text import TaggedText
from albert_tf.tagging.tags import (
    Span,
    are_entities,
    bio_of,
    check_tags,
    to_bio,
)
from albert_tf.tagging.words import split_words

_TEXT = ("text", "sentence")
_WORDS = ("tokens", "words")
_TAGS = ("tags", "ner_tags", "labels", "label")
_ENTITIES = ("entities", "spans", "label", "labels")
_START, _END = ("start", "begin"), ("end",)
_KIND = ("label", "type", "entity_group", "kind")


class TaggedFile(list[TaggedText]):
    """The texts in the order of the file.

    Args:
        path: the file.
        about: what was found in it, for people and reports.
        examples: the texts.
    """

    def __init__(self, path: Path, about: str, examples: list[TaggedText]):
        super().__init__(examples)
        self.path = path
        self.about = about


def read_tagged(
    path: Path,
    columns: Columns | None = None,
    labelled: bool = True,
    progress: Progress | None = None,
    with_intents: bool = False,
) -> TaggedFile:
    """Reads a file of tagged texts.

    JSON has one object a line: `text` with `entities`, a list of `start`,
    `end` (exclusive) and `label`, or as CLUENER writes them; or `tokens` with
    `tags`. Any other file has a word and its tag a line, the first and the
    last of its columns, and a blank line after each sentence (CoNLL). A
    directory has the words of each text in a line of `seq.in`, their tags in
    the same one of `seq.out` and its intent in that of `label` (Goo et al.,
    2018). Tags of entities may be in BIO, IOB1, BIOES, BILOU or BMES.

    Args:
        path: the file, also with `.gz`.
        columns: what JSON calls text and tags; None for the usual names.
        labelled: whether a text without tags is a mistake.
        progress: is told bytes done and bytes in all.
        with_intents: whether a text without an intent is a mistake; JSON has
            it as `intent`.

    Raises:
        UserError: the file, or the line that the message names, is not what
            is described above.
    """
    columns = columns or Columns()
    notes: Counter[str] = Counter()
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".json", ".jsonl")):
        found = _json(path, columns, labelled, progress, notes)
    elif columns != Columns():
        raise UserError(
            f"{path}: the names of columns are for JSON; of a line, the "
            "first column is the word and the last one its tag"
        )
    elif path.is_dir():
        found = _directory(path)
    else:
        found = _conll(path, labelled, progress)
    examples = [*found]
    if not examples:
        raise UserError(f"{path}: has no texts")
    if with_intents:
        _check_intents(path, examples)
    try:
        check_tags(tag for one in examples for tag in one.label or ())
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    examples = _in_bio(examples, notes)
    told = [f"{len(examples):,} texts with tags"]
    told += [f"{count:,} {what}" for what, count in notes.items() if count]
    return TaggedFile(path, "; ".join(told), examples)


def _in_bio(examples: list[TaggedText], notes: Counter) -> list[TaggedText]:
    """Tags of entities in BIO; tells how many no scheme allows."""
    tags = {tag for one in examples for tag in one.label or ()}
    if not are_entities(tags):
        return examples
    all_bio = [None if e.label is None else to_bio(e.label) for e in examples]
    # In IOB1 most entities begin with I, and B is there between two of a kind.
    has_begins = any(
        tag[0] == "B" and (place == 0 or one.label[place - 1] == "O")
        for one in examples
        for place, tag in enumerate(one.label or ())
    )
    if has_begins:
        notes["tags that go on with no entity, read as beginning one"] = sum(
            tag[0] in "IMEL" and bio[0] == "B"
            for one, new in zip(examples, all_bio, strict=True)
            for tag, bio in zip(one.label or (), new or (), strict=True)
        )
    return [
        one if bio is None else dataclasses.replace(one, label=tuple(bio))
        for one, bio in zip(examples, all_bio, strict=True)
    ]


def _check_intents(path: Path, examples: list[TaggedText]) -> None:
    missing = next((one for one in examples if one.intent is None), None)
    if missing is not None:
        raise UserError(
            f"{path}: {shorten(missing.text)!r} has no intent; JSON with "
            '"intent", or a directory with seq.in, seq.out and label is needed'
        )


# === Columns ===


def _directory(path: Path) -> Iterator[TaggedText]:
    words, tags, intents = (
        [line.split() for _, line in read_lines(path / name)]
        for name in ("seq.in", "seq.out", "label")
    )
    if not len(words) == len(tags) == len(intents):
        raise UserError(
            f"{path}: seq.in has {len(words)} lines, seq.out {len(tags)} and "
            f"label {len(intents)}; as many are needed"
        )
    for number, (row, row_tags, intent) in enumerate(
        zip(words, tags, intents, strict=True), 1
    ):
        if not row or len(row) != len(row_tags) or len(intent) != 1:
            raise UserError(
                f"{path}: line {number} of its files has {len(row)} words, "
                f"{len(row_tags)} tags and {len(intent)} intents; as many "
                "tags as words and one intent are needed"
            )
        yield TaggedText.of_words(row, row_tags, intent[0])


def _conll(path, labelled, progress) -> Iterator[TaggedText]:
    words: list[str] = []
    tags: list[str] = []
    for number, line in read_lines(path, progress=progress):
        fields = _fields(line)
        if not fields or fields[0] == "-DOCSTART-":
            if words:
                yield TaggedText.of_words(words, tags or None)
            words, tags = [], []
            continue
        if len(fields) > 1:
            tags.append(fields[-1])
        if labelled or tags:
            _check_columns(f"{path}:{number}", fields, bool(words), tags)
        words.append(fields[0])
    if words:
        yield TaggedText.of_words(words, tags or None)


def _fields(line: str) -> list[str]:
    line = line.rstrip("\r\n")
    if not line.strip():
        return []
    if "\t" in line:
        return [field.strip() for field in line.split("\t")]
    return line.split()


def _check_columns(place, fields, has_words, tags):
    if len(fields) < 2:
        raise UserError(
            f"{place}: {shorten(fields[0])!r} has no tag; a word and its tag "
            "are needed, with a tab or a blank between them"
        )
    if not fields[0] or not fields[-1]:
        what = "the word" if not fields[0] else "the tag"
        raise UserError(f"{place}: {what} is empty")
    if has_words and len(tags) == 1:
        raise UserError(f"{place}: has a tag, but the word before has none")


# === JSON ===


def _json(path, columns, labelled, progress, notes) -> Iterator[TaggedText]:
    for number, line in read_lines(path, progress=progress):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        row = parse_object(place, line)
        words = _find(row, _WORDS)
        is_read = functools.partial(_labels, place, row, columns, labelled)
        if columns.text is None and words is not None:
            example = _of_words(place, row, words, is_read(_TAGS))
        else:
            name = columns.text or _find(row, _TEXT)
            if name not in row:
                raise UserError(
                    f'{place}: has neither "text" nor "tokens", but '
                    f"{', '.join(row)}"
                )
            text = string_in(place, row, name)
            if not text.strip():
                raise UserError(f'{place}: "{name}" is empty')
            example = _of_text(place, text, is_read(_ENTITIES), notes)
        intent = one_label(place, row.get("intent"))
        yield dataclasses.replace(example, intent=intent)


def _find(row: dict, names: Sequence[str]) -> str | None:
    return next((name for name in names if name in row), None)


def _labels(place, row, columns, labelled, names):
    """The value that has tags or entities; None where there is none."""
    name = columns.label or _find(row, names)
    value = row.get(name)
    if value is None and labelled:
        raise UserError(
            f"{place}: has no {columns.label or ' or '.join(names)}: what "
            "entities or tags it has"
        )
    return value


def _of_words(place, row, name, tags) -> TaggedText:
    words = row[name]
    for what, values in ((name, words), ("tags", tags)):
        if values is not None and not are_strings(values):
            raise UserError(
                f"{place}: {what} must be a list of strings, none of them "
                f"empty, got {shorten(json.dumps(values, ensure_ascii=False))}"
            )
    if tags is not None and len(tags) != len(words):
        raise UserError(f"{place}: {len(words)} words, but {len(tags)} tags")
    return TaggedText.of_words(words, tags)


def are_strings(values: Any) -> bool:
    """Whether it is a list of strings, none of them empty."""
    return (
        isinstance(values, list)
        and bool(values)
        and all(isinstance(one, str) and one.strip() for one in values)
    )


def _of_text(place, text, entities, notes) -> TaggedText:
    if entities is None:
        return TaggedText(text, split_words(text))
    found = [*_entities(place, text, entities)]
    borders = {border for begin, end, _ in found for border in (begin, end)}
    words = split_words(text, borders)
    begins = {begin: place for place, (begin, _) in enumerate(words)}
    ends = {end: place for place, (_, end) in enumerate(words)}
    notes["entities that begin or end within a word"] += sum(
        not {begin, end} <= {x for word in split_words(text) for x in word}
        for begin, end, _ in found
    )
    spans, taken = [], set()
    for begin, end, kind in sorted(found, key=lambda one: one[0] - one[1]):
        span = Span(kind, begins[begin], ends[end])
        inside = set(range(span.first, span.last + 1))
        if inside & taken:
            notes["entities left out, as they overlap a longer one"] += 1
            continue
        taken |= inside
        spans.append(span)
    return TaggedText(text, words, tuple(bio_of(spans, len(words))))


def _entities(place, text, value: Any) -> Iterator[tuple[int, int, str]]:
    """(begin, end, kind) of each entity, without blanks around it."""
    given = _of_cluener(value) if isinstance(value, dict) else value
    if not isinstance(given, list):
        raise UserError(
            f"{place}: entities must be a list, got "
            f"{shorten(json.dumps(value, ensure_ascii=False))}"
        )
    for one in given:
        begin, end, kind, surface = _entity(place, one)
        part = text[begin:end] if 0 <= begin < end <= len(text) else ""
        if not part.strip():
            raise UserError(
                f"{place}: an entity from {begin} to {end} is not within the "
                f"{len(text)} characters of the text"
            )
        if surface is not None and part != surface:
            raise UserError(
                f"{place}: the entity {shorten(surface)!r} is not at its "
                f"place; characters {begin} to {end} are {shorten(part)!r}"
            )
        begin += len(part) - len(part.lstrip())
        yield begin, begin + len(part.strip()), kind


def _of_cluener(value: dict) -> list | dict:
    """{kind: {entity: [[first, last], ...]}}, where `last` is inside."""
    try:
        return [
            {"start": first, "end": last + 1, "label": kind, "text": entity}
            for kind, entities in value.items()
            for entity, places in entities.items()
            for first, last in places
        ]
    except (AttributeError, TypeError, ValueError):
        return value


def _entity(place, one) -> tuple[int, int, str, str | None]:
    if isinstance(one, list) and len(one) == 3:
        values = [*one, None]
    elif isinstance(one, dict):
        values = [one.get(_find(one, names)) for names in (_START, _END, _KIND)]
        values.append(one.get("text"))
    else:
        values = [None] * 4
    begin, end, kind, _ = values
    if not (type(begin) is type(end) is int and isinstance(kind, str)):
        raise UserError(
            f"{place}: an entity needs start, end and label, got "
            f"{shorten(json.dumps(one, ensure_ascii=False))}"
        )
    return tuple(values)
