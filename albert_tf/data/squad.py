"""Files of SQuAD -> questions with their contexts and answers."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from albert_tf.data.columns import Columns
from albert_tf.data.example import Example
from albert_tf.data.example_file import ExampleFile
from albert_tf.data.text_files import (
    Progress,
    check_unicode,
    open_bytes,
    string_in,
)
from albert_tf.errors import UserError, warn
from albert_tf.json_files import parse_json

_SUFFIX = ".json"


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """A right answer.

    Attributes:
        text: as the file writes it.
        start: the character of the context that it begins with; None where
            that is not known.
    """

    text: str
    start: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Question(Example):
    """A question: `text`, its context `pair`, and its answers `label`.

    Attributes:
        label: all `Answer`s that are right; () where the context has none,
            None where nobody knows.
        id: what the file calls it.
    """

    label: tuple[Answer, ...] | None = None
    id: str = ""


class QuestionFile(ExampleFile):
    """The questions of a file.

    Args:
        path: the file.
        questions: in its order.
        misplaced: how many answers are not where the file says.
    """

    def __init__(
        self, path: Path, questions: Iterable[Question], misplaced: int
    ):
        super().__init__(path, Columns("question", "context"), questions)
        self.misplaced = misplaced

    @property
    def about(self):
        """How many contexts there are, and questions without an answer."""
        contexts = len({one.pair for one in self})
        told = f"{contexts:,} context{'s' if contexts > 1 else ''}"
        if any(one.label is not None for one in self):
            number = sum(one.label == () for one in self)
            told += f", {number:,} without an answer"
        if self.misplaced:
            told += f", {self.misplaced:,} answers not at their answer_start"
        return told


def read_squad(
    path: str | os.PathLike,
    require_answers: bool = True,
    progress: Progress | None = None,
) -> QuestionFile:
    """Reads the official JSON of SQuAD 1.1, 2.0 and of CMRC 2018.

    An answer that is not at its `answer_start` is looked for: where its text
    stands in the context exactly once, that is its place, else it has none.
    Questions without a word are kept, as CMRC 2018 has two and counts them.
    Warnings say how many there are of either, and where the first is.

    Args:
        path: `.json` or `.json.gz`.
        require_answers: whether a question without `answers` is a mistake;
            if it is not, and there are none, its label is None.
        progress: is told bytes done and bytes in all.

    Returns:
        The questions in the order of the file, at least one.

    Raises:
        UserError: the file is something else; an id is there twice; a context
            or answer is empty; or answers are missing.
    """
    path = Path(path)
    if not path.name.lower().removesuffix(".gz").endswith(_SUFFIX):
        raise UserError(
            f"{path}: questions are read from the JSON of SQuAD, so the name "
            f"must end with {_SUFFIX} or {_SUFFIX}.gz"
        )
    with open_bytes(path) as file:
        content = file.read()
    try:
        values = parse_json(content)
    except UserError as error:
        raise UserError(f"{path}: is not SQuAD's JSON: {error}") from None
    if progress is not None:
        size = path.stat().st_size
        progress(size, size)
    reader = _Reader(path, require_answers)
    questions = [*reader.read(values)]
    if not questions:
        raise UserError(f"{path}: has no questions")
    reader.tell()
    return QuestionFile(path, questions, reader.misplaced)


class _Reader:
    """Goes through a file and counts what is not as it should be."""

    def __init__(self, path: Path, require_answers: bool):
        self._path = path
        self._require_answers = require_answers
        self._places: dict[str, str] = {}  # of the questions, by their ids
        self.answers = self.misplaced = self.found = 0
        self._first = ""  # answer that is not in its place
        self._empty: list[str] = []  # places of questions

    def read(self, values: dict[str, Any]):
        for part, article in self._items("data", values):
            for place, paragraph in self._items("paragraphs", article, part):
                context = self._text(place, paragraph, "context")
                for where, question in self._items("qas", paragraph, place):
                    yield self._question(where, question, context)

    def _items(self, name: str, holder: dict, place: str = ""):
        """The objects of a list, with their places such as "data[0]"."""
        place = f"{place}.{name}" if place else name
        items = holder.get(name)
        if not isinstance(items, list):
            found = "is missing" if items is None else "is no list"
            raise UserError(
                f"{self._path}: is not SQuAD's JSON: {place} {found}; "
                '{"data": [{"paragraphs": [{"context": ..., "qas": [...]}]}]} '
                "is needed"
            )
        for number, item in enumerate(items):
            where = f"{place}[{number}]"
            if not isinstance(item, dict):
                raise UserError(
                    f"{self._path}: is not SQuAD's JSON: {where} is no object"
                )
            yield where, item

    def _text(self, place: str, holder: dict, name: str) -> str:
        """A text that is not empty, unless it is a question."""
        where = f"{self._path}: {place}"
        text = string_in(where, holder, name)
        if not text or text.isspace():
            if name != "question":
                raise UserError(f'{where}: "{name}" is empty')
            self._empty.append(place)
        check_unicode(where, f'"{name}"', text)
        return text

    def _question(self, place: str, values: dict, context: str) -> Question:
        text = self._text(place, values, "question")
        name = values.get("id")
        if type(name) not in (str, int):
            raise UserError(f"{self._path}: {place}: has no id")
        name = str(name)
        before = self._places.setdefault(name, place)
        if before != place:
            raise UserError(
                f'{self._path}: {place}: the id "{name}" is that of {before} '
                "already"
            )
        return Question(
            text, context, self._label(place, values, context), name
        )

    def _label(self, place: str, values: dict, context: str):
        """All answers, () for none, None where nothing is said of them."""
        is_impossible = values.get("is_impossible")
        found = values.get("answers")
        if found is None and not is_impossible:
            if not self._require_answers:
                return None
            raise UserError(
                f"{self._path}: {place}: has no answers, which are needed "
                "here; one that has none says so by []"
            )
        answers = tuple(
            self._answer(where, answer, context)
            for where, answer in self._items(
                "answers", {"answers": [] if found is None else found}, place
            )
        )
        if is_impossible is not None and bool(is_impossible) == bool(answers):
            raise UserError(
                f"{self._path}: {place}: has {len(answers)} answers, but "
                f"is_impossible is {str(is_impossible).lower()}"
            )
        return answers

    def _answer(self, place: str, values: dict, context: str) -> Answer:
        text = self._text(place, values, "text")
        start = values.get("answer_start")
        self.answers += 1
        if (
            type(start) is int
            and start >= 0
            and context.startswith(text, start)
        ):
            return Answer(text, start)
        if not self.misplaced:
            self._first = place
        self.misplaced += 1
        start = context.find(text)
        if start < 0 or context.find(text, start + 1) >= 0:
            return Answer(text, None)
        self.found += 1
        return Answer(text, start)

    def tell(self) -> None:
        """Warns of empty questions, and answers not where the file says."""
        if self._empty:
            number = len(self._empty)
            warn(
                f"{self._path}: {number:,} question{'s' * (number > 1)} "
                f"without a word, the first is {self._empty[0]}"
            )
        if self.misplaced:
            warn(
                f"{self._path}: {self.misplaced:,} of {self.answers:,} answers "
                f"are not at their answer_start, the first is {self._first}; "
                f"{self.found:,} stand once elsewhere in their context and are "
                f"taken from there, {self.misplaced - self.found:,} have no "
                "place: they are scored, but not learned"
            )
