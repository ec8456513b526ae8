"""Files of multiple choice -> questions with their contexts and choices."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import string
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from albert_tf.data.columns import Columns
from albert_tf.data.example import Example
from albert_tf.data.example_file import ExampleFile
from albert_tf.data.text_files import (
    Progress,
    check_unicode,
    open_bytes,
    parse_object,
    read_lines,
    shorten,
)
from albert_tf.errors import UserError, warn

LETTERS = string.ascii_uppercase
# As RACE, DREAM, SWAG and files of Hugging Face's call them.
# SWAG's startphrase is sent1, the context, with sent2 behind it.
_QUESTION = ("question", "sent2", "startphrase", "text")
_CONTEXT = ("context", "article", "passage", "sent1", "pair")
_CHOICES = ("choices", "choice", "options", "endings")
_ANSWER = ("answer", "label", "answerKey")
_ENDING = "ending"  # SWAG has ending0, ending1, ...
_NEEDED = "a question, choices and an answer are needed"


@dataclasses.dataclass(frozen=True, slots=True)
class ChoiceExample(Example):
    """A question, `text`, about `pair`, and what may be its answer.

    Attributes:
        label: the letter of the right choice; None where nobody knows.
        choices: two at least; the first is A.
        group: which part of the data it is of, such as "high"; "" for none.
    """

    label: str | None = None
    choices: tuple[str, ...] = ()
    group: str = ""


class ChoiceFile(ExampleFile):
    """The questions of a file, or of a folder of RACE.

    Args:
        path: file or folder.
        examples: in its order.
    """

    def __init__(self, path: Path, examples: Iterable[ChoiceExample]):
        super().__init__(path, Columns("question", "context"), examples)

    @property
    def about(self):
        """How many choices each question has, and the parts."""
        told = f"{len(self[0].choices)} choices each"
        groups = sorted({one.group for one in self} - {""})
        return f"{told}, {' and '.join(groups)}" if groups else told


def read_choices(
    path: str | os.PathLike,
    require_answers: bool = True,
    progress: Progress | None = None,
) -> ChoiceFile:
    """Reads the official files of RACE, DREAM and SWAG, or JSON.

    What it reads: a folder of RACE such as `train`, with `middle` and `high`
    in it, or one of these; DREAM's JSON; SWAG's CSV; or JSON Lines, or an
    array in JSON, of objects such as `{"context": ..., "question": ...,
    "choices": [..., ...], "answer": "B"}`. The answer is a letter, a number
    from 0, or the text of a choice. Files also with `.gz`.

    Args:
        path: folder or file.
        require_answers: whether a question without one is a mistake.
        progress: is told bytes done and bytes in all.

    Returns:
        The questions, at least one, all with as many choices.

    Raises:
        UserError: the file is something else; a question has fewer than two
            choices or another number than the first; or its answer is none of
            them, or could be several.
    """
    path = Path(path)
    reader = _Reader(path, require_answers)
    examples = [*reader.read(progress)]
    if not examples:
        raise UserError(f"{path}: has no questions")
    if reader.empty:
        warn(
            f"{path}: {len(reader.empty):,} choices have no text, the first is "
            f"at {reader.empty[0]}"
        )
    return ChoiceFile(path, examples)


class _Reader:
    """Goes through a file, and tells where a mistake is."""

    def __init__(self, path: Path, require_answers: bool):
        self._path = path
        self._require_answers = require_answers
        self._choices = 0  # of the first question
        self.empty: list[str] = []  # places of choices without a text

    def read(self, progress) -> Iterator[ChoiceExample]:
        name = self._path.name.lower().removesuffix(".gz")
        if self._path.is_dir():
            return self._race(progress)
        if name.endswith(".csv"):
            return self._table(progress)
        if name.endswith(".jsonl"):
            return self._lines(progress)
        if name.endswith(".json"):
            return self._array(progress)
        raise UserError(
            f"{self._path}: multiple choice is read from a folder of RACE, or "
            "from a file whose name ends with .json, .jsonl or .csv, or with "
            ".gz behind that"
        )

    def _race(self, progress):
        files = sorted(self._path.rglob("*.txt"))
        if not files:
            raise UserError(
                f"{self._path}: has no .txt files, such as those of RACE in "
                "train/middle and train/high"
            )
        for number, file in enumerate(files, 1):
            for line, text in read_lines(file):
                if text.strip():
                    place = f"{file}:{line}"
                    yield from self._article(place, parse_object(place, text))
            if progress is not None:
                progress(number, len(files))

    def _article(self, place: str, values: dict):
        names = ("questions", "options")
        columns = [_list(place, values, name) for name in names]
        answers = values.get("answers") or [None] * len(columns[0])
        if not len(columns[0]) == len(columns[1]) == len(answers):
            raise UserError(
                f"{place}: has {len(columns[0])} questions, but "
                f"{len(columns[1])} options and {len(answers)} answers"
            )
        group = Path(place).parent.name
        for number, (question, options, answer) in enumerate(
            zip(*columns, answers, strict=True)
        ):
            yield self._example(
                f"{place}: questions[{number}]",
                question,
                values.get("article"),
                options,
                answer,
                group=group if group in ("middle", "high") else "",
            )

    def _array(self, progress):
        with open_bytes(self._path) as file:
            content = file.read()
        try:
            items = json.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise UserError(
                f"{self._path}: is not readable JSON: {error}"
            ) from None
        if progress is not None:
            progress(len(content), len(content))
        if not isinstance(items, list):
            raise UserError(f"{self._path}: must hold a list of questions")
        for number, item in enumerate(items):
            place = f"{self._path}: [{number}]"
            if isinstance(item, list) and len(item) == 3:
                yield from self._dialogue(place, *item[:2])
            elif isinstance(item, dict):
                yield self._object(place, item)
            else:
                raise UserError(
                    f"{place}: {_NEEDED}, got {shorten(json.dumps(item))}"
                )

    def _dialogue(self, place: str, turns, questions):
        """One of DREAM: turns, questions and an id."""
        if not isinstance(turns, list) or not isinstance(questions, list):
            raise UserError(f"{place}: a list of turns and one of questions")
        for number, item in enumerate(questions):
            where = f"{place}[1][{number}]"
            if not isinstance(item, dict):
                raise UserError(f"{where}: {_NEEDED}")
            yield self._object(where, item, "\n".join(map(str, turns)))

    def _lines(self, progress):
        for number, line in read_lines(self._path, progress=progress):
            if line.strip():
                place = f"{self._path}:{number}"
                yield self._object(place, parse_object(place, line))

    def _table(self, progress):
        lines = (text for _, text in read_lines(self._path, progress=progress))
        rows = csv.DictReader(lines)
        for row in rows:
            place = f"{self._path}:{rows.line_num}"
            if None in row or None in row.values():
                raise UserError(
                    f"{place}: must have {len(rows.fieldnames)} columns, as "
                    "the header has"
                )
            yield self._object(place, row)

    def _object(self, place: str, row: dict, context: str | None = None):
        if not any(name in row for name in _QUESTION):
            raise UserError(
                f"{place}: has no question; it is called "
                f"{' or '.join(_QUESTION)}, and there is {', '.join(row)}"
            )
        question = _first(row, _QUESTION)
        if isinstance(question, dict):  # ARC and CommonsenseQA
            row, question = {**row, **question}, question.get("stem")
        choices = _first(row, _CHOICES)
        if choices is None:
            names = [name for name in row if name.startswith(_ENDING)]
            names.sort(key=lambda name: (len(name), name))
            choices = [row[name] for name in names]
        answer = _first(row, _ANSWER)
        # With names of their own, as in ARC; so Hugging Face has them too.
        if isinstance(choices, list) and all(
            isinstance(one, dict) for one in choices
        ):
            choices = {
                name: [one.get(name) for one in choices]
                for name in ("label", "text")
            }
        if isinstance(choices, dict):
            names, choices = choices.get("label"), choices.get("text")
            if isinstance(names, list) and answer in names:
                answer = LETTERS[names.index(answer)]
        context = _first(row, _CONTEXT) if context is None else context
        return self._example(place, question, context, choices, answer)

    def _example(self, place, question, context, choices, answer, group=""):
        if not isinstance(choices, list) or len(choices) < 2:
            raise UserError(
                f"{place}: two choices at least are needed, got "
                f"{shorten(json.dumps(choices))}"
            )
        texts = [question, *([] if context is None else [context]), *choices]
        for text in texts:
            _check(place, text)
        self.empty += [place for one in choices if not one.strip()]
        self._check_choices(place, choices)
        label = self._answer(place, choices, answer)
        return ChoiceExample(question, context, label, (*choices,), group)

    def _check_choices(self, place: str, choices: list[str]) -> None:
        self._choices = self._choices or len(choices)
        if len(choices) != self._choices:
            raise UserError(
                f"{place}: has {len(choices)} choices, but the first question "
                f"has {self._choices}; all must have as many"
            )
        if len(choices) > len(LETTERS):
            raise UserError(
                f"{place}: has {len(choices)} choices; at most {len(LETTERS)} "
                "can be told apart"
            )

    def _answer(self, place: str, choices: list[str], answer) -> str | None:
        """The letter of the right choice."""
        if answer in (None, ""):
            if self._require_answers:
                raise UserError(f"{place}: has no answer")
            return None
        letters = LETTERS[: len(choices)]
        text = str(answer).strip()
        found = [letters[k] for k, one in enumerate(choices) if one == answer]
        if text in [*letters]:
            found.append(text)
        if text.isdecimal() and int(text) < len(choices) and not found:
            found.append(letters[int(text)])
        if len({*found}) != 1:
            count = "none" if not found else "several"
            raise UserError(
                f"{place}: the answer {shorten(text)!r} means {count} of the "
                f"choices {', '.join(shorten(one) for one in choices)}"
            )
        return found[0]


def _first(row: dict, names: Iterable[str]) -> Any:
    return next((row[name] for name in names if name in row), None)


def _list(place: str, values: dict, name: str) -> list:
    if not isinstance(values.get(name), list):
        raise UserError(f'{place}: "{name}" must be a list')
    return values[name]


def _check(place: str, text) -> None:
    if not isinstance(text, str):
        raise UserError(
            f"{place}: question, context and choices must be strings, got "
            f"{shorten(json.dumps(text))}"
        )
    check_unicode(place, shorten(repr(text)), text)
