"""Multiple choice: which of some answers is right."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from albert_tf.data.choices import LETTERS, ChoiceExample, read_choices
from albert_tf.data.encodings import Encodings
from albert_tf.data.rows import Rows
from albert_tf.errors import UserError, require
from albert_tf.prediction import Prediction
from albert_tf.tasks.task import Task, one_line, refuse_columns
from albert_tf.tokenizers import Encoding

_SPECIAL = 3  # [CLS] context [SEP] question and choice [SEP]
# Of question and choice together, as in the official race_utils.py.
_MOST_TOKENS = 128
_BLANK = "_"
_BAR = "|"


@dataclasses.dataclass(frozen=True)
class ChoicePrediction(Prediction):
    """The likeliest choice and the probabilities of all, by their letters.

    Attributes:
        text: of the likeliest.
    """

    text: str = ""


class MultipleChoice(Task):
    """One of n choices, read with the question and its context.

    As in the official race_utils.py a choice takes the place of `_` in the
    question, or stands behind it; where there is no context, the question
    takes its place.
    """

    name = "multiple_choice"
    model_name = "AlbertMultipleChoice"
    figure = "accuracy"
    baseline_name = "the longest choice"
    sample = "a b | a | b"

    @classmethod
    def read(
        cls, path, columns=None, labelled=True, header=None, progress=None
    ):
        """The questions of RACE, DREAM, SWAG or JSON, see `read_choices`."""
        why = "files of multiple choice have names of their own"
        refuse_columns(path, columns, header, why)
        return read_choices(path, labelled, progress)

    def example(self, text, pair=None):
        """A question with its choices, `question | choice | choice`."""
        question, *choices = (part.strip() for part in text.split(_BAR))
        if len(choices) < 2 or not all(choices):
            raise UserError(
                f"{text!r:.60}: the question and two choices at least are "
                'needed, as in "Where is she? | at home | at work"'
            )
        if len(choices) > len(LETTERS):
            raise UserError(
                f"at most {len(LETTERS)} choices, got {len(choices)}"
            )
        return ChoiceExample(question, pair, None, (*choices,))

    def rows(self, examples, preprocessor):
        """A row for each question, with a sequence for each choice.

        Where it would be too long, the last 128 tokens of question and choice
        are kept (or half a sequence), and what fits of the context.
        """
        numbers = {len(one.choices) for one in examples}
        if len(numbers) > 1:
            raise UserError(
                "all questions must have as many choices; these have "
                f"{' and '.join(map(str, sorted(numbers)))}"
            )
        require(
            preprocessor.max_length >= _SPECIAL + 2,
            f"must be at least {_SPECIAL + 2} for a context and a choice",
            max_length=preprocessor.max_length,
        )
        sequences = self._sequences(examples, preprocessor)
        return Rows.one_each(Encodings(sequences, *numbers))

    def _sequences(self, examples, preprocessor) -> Iterator[Encoding]:
        tokenizer = preprocessor.tokenizer
        room = preprocessor.max_length - _SPECIAL
        for one in examples:
            context, *choices = tokenizer.to_ids(_texts(one))
            for ids in choices:
                most = max(room // 2, room - len(context))
                kept = ids[-min(most, _MOST_TOKENS) :]
                fitting = context[: room - len(kept)]
                lost = len(ids) - len(kept) + len(context) - len(fitting)
                yield tokenizer.assemble(fitting, kept, None, lost)
            preprocessor.progress(1)

    def targets(self, examples, rows):
        """The number of the right choice, int32 [R]."""
        return np.array([LETTERS.index(x.label) for x in examples], "int32")

    def answers(self, outputs, rows, examples):
        """A `ChoicePrediction` for each question."""
        return [
            _prediction(logits, one)
            for logits, one in zip(outputs["logits"], examples, strict=True)
        ]

    def score(self, answers, examples):
        """A `ChoiceReport`."""
        from albert_tf.evaluation.choices import evaluate_choices

        return evaluate_choices(
            [one.label for one in answers],
            [one.label for one in examples],
            [one.group for one in examples],
        )

    def same(self, answer, other):
        """The same choice."""
        return answer.label == other.label

    def to_text(self, answer, example):
        """Letter, probability and text of the choice, and the question."""
        shown = f"{answer.label}\t{answer.score:.4f}\t{answer.text}"
        return f"{shown}\t{one_line(dataclasses.replace(example, pair=None))}"

    def to_json(self, answer):
        """Letter, probability, those of all, and the text as `answer`."""
        values = dataclasses.asdict(answer)
        values["answer"] = values.pop("text")  # `text` is the question
        return values

    def baseline(self, train, dev):
        """Of whoever takes the choice with the most letters."""
        answers = [
            _prediction([len(choice) for choice in one.choices], one)
            for one in dev
        ]
        return self.score(answers, dev).figures[self.figure]


def _prediction(logits, example: ChoiceExample) -> ChoicePrediction:
    found = Prediction.from_logits(logits, LETTERS[: len(example.choices)])
    text = example.choices[LETTERS.index(found.label)]
    return ChoicePrediction(found.label, found.score, found.scores, text)


def _texts(example: ChoiceExample) -> list[str]:
    """The first text of all sequences, and the second of each."""
    if example.pair is None:
        return [example.text, *example.choices]
    question = example.text
    if _BLANK in question:
        filled = [question.replace(_BLANK, one) for one in example.choices]
    else:
        filled = [f"{question} {one}" for one in example.choices]
    return [example.pair, *filled]
