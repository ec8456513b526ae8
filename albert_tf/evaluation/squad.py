"""Exact match and F1 of answers, as the official SQuAD code counts them."""

from __future__ import annotations

import collections
import dataclasses
import math
import re
import string
from collections.abc import Callable, Sequence

from albert_tf.evaluation.score import Score

# Takes the right answers, at least one, and the one given; both from 0 to 1.
Rule = Callable[[Sequence[str], str], tuple[float, float]]

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclasses.dataclass(frozen=True)
class SquadReport(Score):
    """How well answers agree with the right ones.

    Attributes:
        exact: share of the questions with a right answer, by its words.
        f1: mean of the words that answer and right answer have in common.
        examples: how many questions there were.
        parts: the same of questions with an answer ("HasAns") and without
            ("NoAns"); empty where all have one.
        best_exact: `exact` with the best threshold; None where all have one.
        best_exact_threshold: that threshold.
        best_f1: the same for `f1`.
        best_f1_threshold: that threshold.
    """

    exact: float
    f1: float
    examples: int
    parts: dict[str, dict[str, float | int]]
    best_exact: float | None = None
    best_exact_threshold: float | None = None
    best_f1: float | None = None
    best_f1_threshold: float | None = None

    @property
    def figures(self):
        """Exact match and F1; with the best thresholds too, if there are."""
        values = {"exact": self.exact, "f1": self.f1}
        if self.best_f1 is not None:
            values |= {"best_exact": self.best_exact, "best_f1": self.best_f1}
        return values

    @property
    def details(self):
        """The parts."""
        return self.parts

    @property
    def settings(self):
        """The threshold with the best F1."""
        if self.best_f1_threshold is None:
            return {}
        return {"null_threshold": self.best_f1_threshold}


def squad_scores(truths: Sequence[str], predicted: str) -> tuple[float, float]:
    """Exact match and F1 of an answer, the best over all right ones.

    Letters are compared without case, articles and ASCII punctuation.
    """
    # An article alone is no answer, unless there is no other.
    truths = [one for one in truths if normalize(one)] or [""]
    return (
        max(float(normalize(one) == normalize(predicted)) for one in truths),
        max(_word_f1(one, predicted) for one in truths),
    )


def normalize(text: str) -> str:
    """Small letters, no punctuation, no articles, one blank between words."""
    text = text.lower().translate(_WITHOUT_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", text).split())


def _word_f1(truth: str, predicted: str) -> float:
    right, given = normalize(truth).split(), normalize(predicted).split()
    if not right or not given:
        return float(right == given)
    counts = collections.Counter(right) & collections.Counter(given)
    return f1_of(sum(counts.values()), len(right), len(given))


def f1_of(common: int, right: int, given: int) -> float:
    """F1 of the words in common among those of two answers; 0 if none are."""
    if not common:
        return 0.0
    precision, recall = common / given, common / right
    return 2 * precision * recall / (precision + recall)


def evaluate_answers(
    truths: Sequence[Sequence[str]],
    predicted: Sequence[str],
    words: Sequence[str] | None = None,
    no_answer: Sequence[float] | None = None,
    rule: Rule = squad_scores,
) -> SquadReport:
    """Scores answers.

    Args:
        truths: the right answers to each question; empty where it has none.
        predicted: the answers; "" where none is given.
        words: what would be answered if there always were an answer; None for
            `predicted`.
        no_answer: more where no answer is likelier, for the search of the
            threshold above which none is given; None for no search.
        rule: scores one answer.

    Returns:
        All scores; 0 where there is no question.
    """
    scores = _scores(truths, predicted, rule)
    has_answer = [bool(one) for one in truths]
    parts = {
        name: _mean(
            [s for s, h in zip(scores, has_answer, strict=True) if h is kept]
        )
        for name, kept in (("HasAns", True), ("NoAns", False))
    }
    whole = _mean(scores)
    best = {}
    if no_answer is not None and not all(has_answer):
        words = predicted if words is None else words
        forced = _scores(truths, words, rule)
        for number, name in enumerate(("exact", "f1")):
            value, threshold = best_threshold(
                [score[number] for score in forced],
                words,
                no_answer,
                has_answer,
            )
            best |= {f"best_{name}": value, f"best_{name}_threshold": threshold}
    return SquadReport(
        exact=whole["exact"],
        f1=whole["f1"],
        examples=len(truths),
        parts={}
        if all(has_answer)
        else {name: part for name, part in parts.items() if part["support"]},
        **best,
    )


def _scores(truths, predicted, rule: Rule) -> list[tuple[float, float]]:
    return [
        rule(right or [""], given)
        for right, given in zip(truths, predicted, strict=True)
    ]


def _mean(scores: Sequence[tuple[float, float]]) -> dict[str, float | int]:
    count = len(scores)
    exact, f1 = (sum(s[k] for s in scores) / max(1, count) for k in (0, 1))
    return {"exact": exact, "f1": f1, "support": count}


def best_threshold(
    scores: Sequence[float],
    words: Sequence[str],
    no_answer: Sequence[float],
    has_answer: Sequence[bool],
) -> tuple[float, float]:
    """The threshold that gives the best mean score.

    Answers are given one after the other, the surest first, as long as that
    pays; as the official code does it.

    Args:
        scores: of each answer, if it is given.
        words: the answers.
        no_answer: what is compared with the threshold; an answer is given
            where it is not more.
        has_answer: whether the question has one.

    Returns:
        The mean score and the threshold.
    """
    if not scores:
        return 0.0, 0.0
    lowest = min(no_answer)
    # Below all of them no answer is given at all.
    best_at = 0.0 if lowest > 0 else math.nextafter(lowest, -math.inf)
    best = value = float(len(scores) - sum(has_answer))
    for k in sorted(range(len(scores)), key=lambda k: no_answer[k]):
        if has_answer[k]:
            value += scores[k]
        elif words[k]:
            value -= 1
        if value > best:
            best, best_at = value, no_answer[k]
    return best / len(scores), float(best_at)
