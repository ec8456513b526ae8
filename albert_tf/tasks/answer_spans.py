"""The best answers among all runs of tokens."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

NUMBER = 20  # of candidates, as in the official code and Hugging Face's


@dataclasses.dataclass(frozen=True)
class Span:
    """Some words of a context, or none.

    Attributes:
        answer: the words as they stand there; "" for no answer.
        start: the character that they begin with; None for no answer.
        end: the one after their last; None for no answer.
        score: the probability, among the candidates.
    """

    answer: str
    start: int | None
    end: int | None
    score: float


@dataclasses.dataclass(frozen=True)
class AnswerPrediction:
    """What a model says of a question.

    Attributes:
        best: the answer; its words are "" where there is none.
        words: the best words, also where there is no answer.
        no_answer: how much better no answer scores than the best words, in
            logits, or the logit of there being none where a model has one;
            there is none where this is more than the threshold.
        candidates: the best ones, highest first.
        id: of the question; "" if it has none.
    """

    best: Span
    words: Span
    no_answer: float
    candidates: list[Span]
    id: str = ""


class SpanSearch:
    """Takes the outputs for the windows of one context, then answers.

    Args:
        context: the text.
        longest: tokens of an answer.
    """

    def __init__(self, context: str, longest: int):
        self._context = context
        self._longest = longest
        self._scores: dict[tuple[int, int], float] = {}
        self._null = np.inf

    def add(
        self,
        start_logits: np.ndarray,
        end_logits: np.ndarray,
        null: float,
        offsets: np.ndarray,
    ) -> None:
        """Takes what the model says of a window.

        Args:
            start_logits: of the tokens of the context, [n].
            end_logits: the same.
            null: the sum of both logits at `[CLS]`.
            offsets: the characters of the tokens, int [n, 2].
        """
        # A token without characters can neither begin nor end an answer.
        is_empty = offsets[:, 1] <= offsets[:, 0]
        starts = np.where(is_empty, -np.inf, start_logits.astype("float64"))
        ends = np.where(is_empty, -np.inf, end_logits.astype("float64"))
        ends = np.append(ends, np.full(self._longest - 1, -np.inf))
        ends = np.lib.stride_tricks.sliding_window_view(ends, self._longest)
        scores = starts[:, None] + ends  # of each first token and length
        best = np.argsort(-scores, axis=None, kind="stable")[:NUMBER]
        firsts, more = np.unravel_index(best, scores.shape)
        self.add_runs(firsts, firsts + more, scores.flat[best], null, offsets)

    def add_runs(
        self,
        firsts: np.ndarray,
        lasts: np.ndarray,
        scores: np.ndarray,
        null: float,
        offsets: np.ndarray,
    ) -> None:
        """Takes the best runs of tokens of a window.

        Where the same words are in several windows, the highest score counts;
        for no answer the lowest does, as only one window needs to have it.

        Args:
            firsts: the token that each begins with, int [m].
            lasts: the token that each ends with, int [m].
            scores: of each, [m]; -infinity for none.
            null: what no answer scores.
            offsets: the characters of the tokens, int [n, 2].
        """
        self._null = min(self._null, float(null))
        for first, last, score in zip(firsts, lasts, scores, strict=True):
            if score > -np.inf:
                place = int(offsets[first, 0]), int(offsets[last, 1])
                known = self._scores.get(place, -np.inf)
                self._scores[place] = max(known, float(score))

    def answer(self, threshold: float | None, id: str = "") -> AnswerPrediction:
        """The best words of all windows.

        Args:
            threshold: how much better no answer must score to be given; None
                if there is always one.
            id: of the question.
        """
        found = sorted(self._scores.items(), key=lambda item: -item[1])
        places: list[tuple[tuple[int, int] | None, float]] = found[:NUMBER]
        null, difference = self._compare([score for _, score in places])
        if threshold is not None or not places:
            places.append((None, null))
            places.sort(key=lambda item: -item[1])
        probabilities = _softmax([score for _, score in places])
        spans = [
            self._span(place, p)
            for (place, _), p in zip(places, probabilities, strict=True)
        ]
        words = next((one for one in spans if one.answer), spans[0])
        none = next((one for one in spans if not one.answer), None)
        is_none = threshold is not None and difference > threshold
        return AnswerPrediction(
            none if is_none and none else words, words, difference, spans, id
        )

    def _compare(self, scores: Sequence[float]) -> tuple[float, float]:
        """What no answer scores, and by how much that is better.

        Args:
            scores: of the candidates, highest first; maybe none.
        """
        return self._null, self._null - scores[0] if scores else 0.0

    def _span(self, place: tuple[int, int] | None, probability: float) -> Span:
        if place is None:
            return Span("", None, None, probability)
        start, end = place
        return Span(self._context[start:end], start, end, probability)


class OddsSpanSearch(SpanSearch):
    """For models that say by a logit of its own whether there is no answer.

    No answer then has the probability that this logit says, whatever the
    scores of the words, and the logit is what the threshold is for.
    """

    def _compare(self, scores):
        total = np.logaddexp.reduce(scores) if scores else 0.0
        return self._null + float(total), self._null


def _softmax(scores: Sequence[float]) -> list[float]:
    exponentials = np.exp(np.array(scores) - max(scores))
    return (exponentials / exponentials.sum()).tolist()
