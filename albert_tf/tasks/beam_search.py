"""The best sequence that a model of the next token can find."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np


@dataclasses.dataclass(frozen=True)
class Hypothesis:
    """A whole sequence.

    Attributes:
        ids: its tokens, the end among them, the begin not.
        score: the logarithm of its probability by the length penalty.
    """

    ids: tuple[int, ...]
    score: float


def length_divisor(length, penalty: float):
    """By what log-probabilities are divided (Wu et al., 2016, equation 14).

    Args:
        length: of the sequence, |y|.
        penalty: alpha; with 0 sequences compete by probability alone, which
            favours short ones.

    Returns:
        (5 + |y|)^alpha / (5 + 1)^alpha.
    """
    return ((5 + length) / 6) ** penalty


def beam_search(
    step: Callable[[np.ndarray, np.ndarray], np.ndarray],
    begin_id: int,
    end_id: int,
    limits: Sequence[int],
    beams: int,
    length_penalty: float,
) -> list[Hypothesis]:
    """Searches for the best sequence of each of B sources.

    At each step the likeliest `beams` continuations of all beginnings of a
    source are looked at. Those that end are whole; as many others go on. A
    source is done once `beams` are whole, or none that goes on can become
    better than the best. With one beam this is greedy search; with as many as
    there are sequences it is exact. A sequence that reaches its limit ends
    there.

    Args:
        step: from beginnings, int32 [N, T], and the number of the source of
            each, int [N], the logarithms of the probabilities of what
            follows, float [N, V].
        begin_id: what all begin with.
        end_id: what ends a sequence.
        limits: tokens of the longest sequence of each source, the end among
            them; at least 1.
        beams: how many beginnings of a source are kept; at least 1.
        length_penalty: see `length_divisor`; at least 0.

    Returns:
        B best sequences.
    """
    sources = [
        _Source(limit, end_id, beams, length_penalty) for limit in limits
    ]
    owners = np.arange(len(sources))
    beginnings = np.full((len(sources), 1), begin_id, "int32")
    scores = np.zeros(len(sources))
    while len(owners):
        totals = scores[:, None] + step(beginnings, owners)
        rows, tokens = [], []
        for number in dict.fromkeys(owners.tolist()):
            own = np.flatnonzero(owners == number)
            for row, token in sources[number].advance(
                beginnings[own], totals[own]
            ):
                rows.append(own[row])
                tokens.append(token)
        rows, tokens = np.array(rows, int), np.array(tokens, "int32")
        scores = totals[rows, tokens]
        beginnings = np.concatenate([beginnings[rows], tokens[:, None]], 1)
        owners = owners[rows]
    return [source.best for source in sources]


class _Source:
    """The search for one source."""

    def __init__(self, limit: int, end_id: int, beams: int, penalty: float):
        self._limit, self._end_id, self._beams = limit, end_id, beams
        self._penalty = penalty
        self._whole = 0
        self.best = Hypothesis((), -np.inf)

    def advance(
        self, beginnings: np.ndarray, totals: np.ndarray
    ) -> list[tuple[int, int]]:
        """Keeps what is whole.

        Args:
            beginnings: int32 [n, T].
            totals: float [n, V], of each with each token after it.

        Returns:
            The rows and tokens that go on, best first; none if it is done.
        """
        length = beginnings.shape[1]  # with the next token, without the begin
        if length == self._limit:
            ended = np.full_like(totals, -np.inf)
            ended[:, self._end_id] = totals[:, self._end_id]
            totals = ended
        going_on = []
        for rank, (row, token) in enumerate(_best(totals, 2 * self._beams)):
            total = totals[row, token]
            if token != self._end_id:
                going_on.append((row, token))
            elif rank < self._beams:
                self._add((*beginnings[row, 1:].tolist(), token), total)
        going_on = going_on[: self._beams]
        if not going_on or self._whole >= self._beams:
            return []
        # Log-probabilities only fall, and the longest are divided by most.
        highest = totals[going_on[0]] / length_divisor(
            self._limit, self._penalty
        )
        return [] if highest <= self.best.score else going_on

    def _add(self, ids: tuple[int, ...], total: float) -> None:
        self._whole += 1
        score = float(total) / length_divisor(len(ids), self._penalty)
        if score > self.best.score or not self.best.ids:
            self.best = Hypothesis(ids, score)


def _best(totals: np.ndarray, number: int) -> list[tuple[int, int]]:
    """Row and column of the highest, best first; of equals the first."""
    flat = totals.ravel()
    number = min(number, len(flat))
    if number < len(flat):
        lowest = np.partition(flat, len(flat) - number)[len(flat) - number]
        places = np.flatnonzero(flat >= lowest)
    else:
        places = np.arange(len(flat))
    places = places[np.isfinite(flat[places])]
    order = np.argsort(-flat[places], kind="stable")[:number]
    rows, columns = np.unravel_index(places[order], totals.shape)
    return [*zip(rows.tolist(), columns.tolist(), strict=True)]
