"""Question answering: the words of a text that answer a question."""

from __future__ import annotations

import dataclasses
import re
from typing import ClassVar

import numpy as np

from albert_tf.data.example import Example
from albert_tf.data.squad import read_squad
from albert_tf.data.windows import (
    check_answer_settings,
    token_span,
    window_rows,
)
from albert_tf.errors import UserError, warn
from albert_tf.evaluation.cmrc import cmrc_scores, is_chinese
from albert_tf.evaluation.squad import Rule, evaluate_answers, squad_scores
from albert_tf.tasks.answer_spans import SpanSearch
from albert_tf.tasks.task import Task, refuse_columns

# Up to a full stop before a blank, or a Chinese one; else all of it.
_FIRST_SENTENCE = re.compile(r".+?(?:[.!?](?=\s)|[。！？]|\Z)", re.DOTALL)
_AROUND = 40  # characters that are shown on each side of an answer


class QuestionAnswering(Task):
    """The answer to a question in its context, or that it has none.

    Answers are what two logits a token make of it, as in Hugging Face: the
    best run of tokens over all windows, or none where `[CLS]` scores better in
    all of them.

    Args:
        null_threshold: by how many logits no answer must score better than
            the best one to be given; None if there is always an answer.
        stride: tokens between the beginnings of two windows.
        max_answer_length: tokens of the longest answer.
    """

    name = "question_answering"
    short_name = "qa"
    model_name = "AlbertQuestionAnswerer"
    figure = "f1"
    baseline_name = "the first sentence, or never an answer"
    graph_takes = ("questions",)
    search_class: ClassVar[type[SpanSearch]] = SpanSearch

    def __init__(
        self,
        null_threshold: float | None = None,
        stride: int = 128,
        max_answer_length: int = 30,
    ):
        check_answer_settings(null_threshold, stride, max_answer_length)
        self.null_threshold = null_threshold
        self.stride = stride
        self.max_answer_length = max_answer_length

    @classmethod
    def of_examples(cls, examples, labels=None):
        """Gives no answer sometimes if some examples have none."""
        has_none = any(one.label == () for one in examples)
        places = [a.start for one in examples for a in one.label]
        if not has_none and all(place is None for place in places):
            raise UserError(
                "no answer stands in its context, so there is nothing to learn"
            )
        return cls(null_threshold=0.0 if has_none else None)

    @classmethod
    def read(
        cls, path, columns=None, labelled=True, header=None, progress=None
    ):
        """The questions in a file of SQuAD, see `read_squad`."""
        refuse_columns(
            path,
            columns,
            header,
            "question answering reads SQuAD's JSON, where everything has its "
            "name",
        )
        return read_squad(path, labelled, progress)

    def example(self, text, pair=None):
        """A question and its context."""
        for what, value in (("question", text), ("context", pair)):
            if value is not None and (not value or value.isspace()):
                raise UserError(f"the {what} is empty")
        if pair is None:
            raise UserError(
                f"the question {text!r:.60} has no context; give one, such as "
                "by --context FILE"
            )
        return Example(text, pair)

    def rows(self, examples, preprocessor):
        """A row for each window over a context."""
        return window_rows(examples, preprocessor, self.stride)

    def targets(self, examples, rows):
        """The first and the last token of the first answer with a place.

        0, that of `[CLS]`, where a window does not have all of it; -1 where
        the place is not known.
        """
        spans = [
            _answer_tokens(one, offsets)
            for one, offsets in zip(examples, rows.offsets, strict=True)
        ]
        lost = sum(span is None for span in spans)
        if lost:
            warn(
                f"{lost:,} of {len(spans):,} questions have no answer with a "
                "place in its context; nothing is learned of them"
            )
        positions = np.full((len(rows), 2), -1, "int32")
        for row, number in enumerate(rows.examples):
            span = spans[number]
            if span is not None:
                positions[row] = rows.positions(row, *span) if span else (0, 0)
        return {
            "start_positions": positions[:, 0],
            "end_positions": positions[:, 1],
        }

    def answers(self, outputs, rows, examples):
        """An `AnswerPrediction` for each question."""
        searches = [
            self.search_class(one.pair, self.max_answer_length)
            for one in examples
        ]
        for row, number in enumerate(rows.examples):
            window = {name: np.asarray(v[row]) for name, v in outputs.items()}
            self.add_window(
                searches[number],
                window,
                rows.tokens_of(row),
                rows.offsets_of(row),
            )
        return [
            search.answer(self.null_threshold, getattr(one, "id", ""))
            for search, one in zip(searches, examples, strict=True)
        ]

    def add_window(
        self,
        search: SpanSearch,
        outputs: dict[str, np.ndarray],
        tokens: slice,
        offsets: np.ndarray,
    ) -> None:
        """Gives a search what the model says of a window.

        Args:
            search: of the question.
            outputs: the model's for the window, by name.
            tokens: the places in the window that are the context's.
            offsets: the characters of these tokens, int [n, 2].
        """
        start, end = outputs["start_logits"], outputs["end_logits"]
        search.add(start[tokens], end[tokens], start[0] + end[0], offsets)

    def graph_rows(self, preprocessor):
        """Makes rows of questions and their contexts."""
        from albert_tf.data.graph_windows import GraphWindows

        return GraphWindows(preprocessor, self.stride)

    def graph_answers(self, outputs, rows):
        """The parts of an `AnswerPrediction`, see `GraphSpanSearch`."""
        from albert_tf.tasks.graph.answer_spans import (
            GraphSpanSearch,
            best_runs,
        )

        runs = best_runs(
            outputs["start_logits"],
            outputs["end_logits"],
            rows,
            self.max_answer_length,
        )
        return GraphSpanSearch(self.null_threshold).answers(runs, rows)

    def score(self, answers, examples):
        """A `SquadReport`, by the rule of CMRC 2018 if texts are Chinese."""
        return evaluate_answers(
            _truths(examples),
            [answer.best.answer for answer in answers],
            [answer.words.answer for answer in answers],
            [answer.no_answer for answer in answers],
            _rule(examples),
        )

    def baseline(self, train, dev):
        """F1 of the first sentence of each context, or of no answer at all.

        Whichever is more: where every other question has none, who never
        answers has half of them right.
        """
        firsts = [_FIRST_SENTENCE.match(one.pair).group() for one in dev]
        return max(
            evaluate_answers(_truths(dev), answers, rule=_rule(dev)).f1
            for answers in (firsts, [""] * len(dev))
        )

    def same(self, answer, other):
        """The same words."""
        return answer.best.answer == other.best.answer

    def to_text(self, answer, example):
        """Answer, probability and question, and the answer in its context."""
        best, context = answer.best, example.pair
        shown = _line(best.answer) or "(no answer)"
        fields = [shown, f"{best.score:.4f}", _line(example.text)]
        if best.start is not None:
            before = context[max(0, best.start - _AROUND) : best.start]
            after = context[best.end : best.end + _AROUND]
            fields.append(_line(f"{before}**{best.answer}**{after}"))
        return "\t".join(fields)

    def to_json(self, answer):
        """The answer, how little there is none, and all candidates."""
        return {
            **({"id": answer.id} if answer.id else {}),
            **dataclasses.asdict(answer.best),
            "no_answer": answer.no_answer,
            "candidates": [dataclasses.asdict(c) for c in answer.candidates],
        }


def _truths(examples) -> list[list[str]]:
    return [[answer.text for answer in one.label] for one in examples]


def _rule(examples) -> Rule:
    is_cmrc = is_chinese({one.pair for one in examples})
    return cmrc_scores if is_cmrc else squad_scores


def _answer_tokens(example, offsets) -> tuple[int, ...] | None:
    """First and last token; () for no answer, None where nobody knows."""
    if example.label == ():
        return ()
    for answer in example.label:
        if answer.start is not None:
            end = answer.start + len(answer.text)
            span = token_span(offsets, answer.start, end)
            if span is not None:
                return span
    return None


def _line(text: str) -> str:
    return " ".join(text.split())
