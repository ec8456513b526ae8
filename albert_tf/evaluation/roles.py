"""Scores of semantic roles, as the official scorer of CoNLL-2005 counts."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

from albert_tf.evaluation.score import Score
from albert_tf.tagging.role_text import PREDICATE
from albert_tf.tagging.tags import spans_of

_CONTINUED = "C-"

Argument = tuple[str, tuple[tuple[int, int], ...]]


@dataclasses.dataclass(frozen=True)
class RoleReport(Score):
    """How many arguments were found; right are role and all borders.

    Attributes:
        f1: over the arguments of all predicates, 0 to 1.
        precision: share of those found that are right.
        recall: share of the true ones that were found.
        predicate_f1: of the predicates themselves.
        roles: precision, recall, F1 and number of each role.
        examples: how many texts there were.
    """

    f1: float
    precision: float
    recall: float
    predicate_f1: float
    roles: dict[str, dict[str, float | int]]
    examples: int

    @property
    def figures(self):
        """F1 of the arguments first."""
        return {
            name: getattr(self, name)
            for name in ("f1", "precision", "recall", "predicate_f1")
        }

    @property
    def details(self):
        """The roles."""
        return self.roles


def arguments(tags: Sequence[str]) -> set[Argument]:
    """The arguments of a predicate.

    As in srl-eval.pl (Carreras and Marquez, 2005) the predicate itself, `V`,
    is none, and a part `C-ARG1` goes on with the `ARG1` before it: only all
    parts together are right.

    Args:
        tags: of the words, in BIO.

    Returns:
        Role and words (first, last) of each part.
    """
    found: list[tuple[str, list[tuple[int, int]]]] = []
    latest: dict[str, list[tuple[int, int]]] = {}
    for span in spans_of(tags):
        role = span.kind.removeprefix(_CONTINUED)
        if role == PREDICATE:
            continue
        part = span.first, span.last
        if span.kind.startswith(_CONTINUED) and role in latest:
            latest[role].append(part)
            continue
        parts = latest[span.kind] = [part]
        found.append((span.kind, parts))
    return {(role, tuple(parts)) for role, parts in found}


def evaluate_roles(
    truth: Sequence[Sequence[Sequence[str]]],
    predicted: Sequence[Sequence[Sequence[str]]],
    predicates: Sequence[Sequence[int]],
    found_predicates: Sequence[Sequence[int]],
) -> RoleReport:
    """Compares roles, for predicates that are given, and predicates.

    Args:
        truth: for each of B texts and each predicate, the tags of the words.
        predicted: as many.
        predicates: for each text the numbers of the words that are some.
        found_predicates: those that were found.

    Returns:
        All scores; 0 where nothing is there or found.
    """
    right, found, there = Counter(), Counter(), Counter()
    for tags, others in zip(truth, predicted, strict=True):
        for row, other in zip(tags, others, strict=True):
            true, mine = arguments(row), arguments(other)
            right.update(role for role, _ in true & mine)
            found.update(role for role, _ in mine)
            there.update(role for role, _ in true)
    pairs = [*zip(predicates, found_predicates, strict=True)]
    return RoleReport(
        **_rates(right.total(), found.total(), there.total()),
        predicate_f1=_rates(
            sum(len({*a} & {*b}) for a, b in pairs),
            sum(len(b) for _, b in pairs),
            sum(len(a) for a, _ in pairs),
        )["f1"],
        roles={
            role: {
                **_rates(right[role], found[role], there[role]),
                "support": there[role],
            }
            for role in sorted(there | found)
        },
        examples=len(truth),
    )


def _rates(right: int, found: int, there: int) -> dict[str, float]:
    return {
        "precision": right / found if found else 0.0,
        "recall": right / there if there else 0.0,
        "f1": 2 * right / (found + there) if found + there else 0.0,
    }
