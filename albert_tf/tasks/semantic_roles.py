"""Semantic roles: who did what to whom, when and where."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from albert_tf.errors import UserError
from albert_tf.tagging.role_files import read_roles
from albert_tf.tagging.role_rows import RoleRows
from albert_tf.tagging.role_text import PREDICATE, RoleText
from albert_tf.tagging.tag_prediction import TaggedSpan, TagPrediction
from albert_tf.tagging.tags import (
    OUTSIDE,
    Span,
    bio_of,
    both_tags,
    numbers_of,
    spans_of,
)
from albert_tf.tagging.viterbi import allowed_transitions
from albert_tf.tagging.words import split_words
from albert_tf.tasks.task import Task, refuse_columns

_NO_ROLE = (PREDICATE, f"C-{PREDICATE}")  # the predicate itself


@dataclasses.dataclass(frozen=True)
class PredicateRoles:
    """A predicate and what takes part in it.

    Attributes:
        text: the predicate's word.
        start: its first character.
        end: the one after its last.
        tags: those of all words of the text.
    """

    text: str
    start: int
    end: int
    tags: TagPrediction

    @classmethod
    def of(
        cls, example: RoleText, predicate: int, tags: TagPrediction
    ) -> PredicateRoles:
        """The tags of an example's words for one of them."""
        return cls(example.word(predicate), *example.words[predicate], tags)

    @property
    def roles(self) -> list[TaggedSpan]:
        """The parts of the text with a role, without the predicate itself."""
        return [one for one in self.tags.spans if one.label not in _NO_ROLE]


@dataclasses.dataclass(frozen=True)
class SemanticRoles:
    """The predicates of a text, and the roles for each.

    Attributes:
        found: the numbers of the words that were found to be predicates;
            those that were given where none were to be found.
        predicates: one for each predicate that was given.
    """

    found: tuple[int, ...]
    predicates: tuple[PredicateRoles, ...]


class SemanticRoleTagging(Task):
    """The predicates of a text, and for each the words that take part.

    A predicate's tokens are of segment 1, and every word has a tag of
    PropBank in BIO (as Shi and Lin 2019, arXiv:1904.05255, but for how the
    predicate is marked). Where predicates are not given, a head of their own
    finds them first, and the text is read again for each.

    Args:
        labels: the C tags.
    """

    name = "semantic_roles"
    short_name = "srl"
    model_name = "AlbertRoleTagger"
    figure = "f1"
    baseline_name = "the commonest role on each side"

    def __init__(self, labels: Sequence[str]):
        self.labels = [*labels]
        self._numbers = {label: i for i, label in enumerate(self.labels)}
        self._transitions = allowed_transitions(self.labels)

    @classmethod
    def of_examples(cls, examples, labels=None):
        """The tags given, or both tags of each role of the examples."""
        if not any(one.predicates for one in examples):
            raise UserError("no text of the examples has a predicate")
        tags = {tag for one in examples for row in one.label for tag in row}
        return cls(labels or both_tags(tags))

    @classmethod
    def read(
        cls, path, columns=None, labelled=True, header=None, progress=None
    ):
        """See `read_roles`; without roles also a table of texts."""
        names = path.name.lower().removesuffix(".gz")
        if not labelled and names.endswith((".tsv", ".csv")):
            table = super().read(path, columns, labelled, header, progress)
            return [cls.example(cls, one.text, one.pair) for one in table]
        why = "files of semantic roles have names of their own"
        refuse_columns(path, columns, header, why)
        return read_roles(path, labelled, progress)

    def example(self, text, pair=None):
        """The words of a text."""
        if pair is not None:
            raise UserError("roles are of single texts; got a pair of them")
        return RoleText(text, split_words(text))

    def rows(self, examples, preprocessor):
        """See `RoleRows`."""
        return RoleRows.of(examples, preprocessor)

    def targets(self, examples, rows):
        """`roles` and `predicates` at first tokens of words, -1 elsewhere.

        Roles count where a predicate is marked, predicates where none is.
        """
        roles, predicates = [], []
        for number, predicate in rows.marked:
            one = examples[number]
            nothing = np.full(len(one.words), -1)
            if predicate is None:
                is_one = np.isin(np.arange(len(one.words)), one.predicates)
                roles.append(nothing)
                predicates.append(is_one.astype(int))
            else:
                row = one.label[one.predicates.index(predicate)]
                roles.append(self._ids(one, row))
                predicates.append(nothing)
        return {
            "roles": rows.windows.spread(roles),
            "predicates": rows.windows.spread(predicates),
        }

    def _ids(self, example: RoleText, tags: Sequence[str]) -> list[int]:
        return numbers_of(tags, self._numbers, example.text)

    def answers(self, outputs, rows, examples):
        """The `SemanticRoles` of each example.

        Where predicates were to be found, they have no roles yet; see
        `next_example`.
        """
        texts = [examples[number] for number, _ in rows.marked]
        logits = rows.windows.gather(outputs["logits"], texts)
        scores = rows.windows.gather(outputs["predicate_logits"], texts)
        found = [one.predicates or () for one in examples]
        roles: list[list[PredicateRoles]] = [[] for _ in examples]
        for view, (number, predicate) in enumerate(rows.marked):
            if predicate is None:
                # NaN, of a word without a token, is not greater.
                is_one = scores[view][:, 1] > scores[view][:, 0]
                found[number] = tuple(map(int, np.flatnonzero(is_one)))
            else:
                tags = self._tags(texts[view], logits[view])
                roles[number].append(
                    PredicateRoles.of(texts[view], predicate, tags)
                )
        return [
            SemanticRoles(predicates, tuple(row))
            for predicates, row in zip(found, roles, strict=True)
        ]

    def _tags(self, example: RoleText, logits: np.ndarray) -> TagPrediction:
        """The tags of all words: `O` before and after those that were read."""
        read = np.flatnonzero(~np.isnan(logits).any(-1))
        first, end = (read[0], read[-1] + 1) if len(read) else (0, 0)
        inside = TagPrediction.from_logits(
            example.part(first, end),
            logits[first:end],
            self.labels,
            self._transitions,
            has_entities=True,
        )
        after = len(example.words) - end
        tags = [OUTSIDE] * first + inside.tags + [OUTSIDE] * after
        return TagPrediction(tags, inside.spans)

    def next_example(self, answer, example):
        """The same text with the predicates that were found in it."""
        if example.predicates is not None or not answer.found:
            return None
        return dataclasses.replace(example, predicates=answer.found)

    def score(self, answers, examples):
        """A `RoleReport`, of the roles for the predicates that were given."""
        from albert_tf.evaluation.roles import evaluate_roles

        for one in examples:
            for tags in one.label:
                self._ids(one, tags)
        return evaluate_roles(
            [one.label for one in examples],
            [[one.tags.tags for one in a.predicates] for a in answers],
            [one.predicates for one in examples],
            [one.found for one in answers],
        )

    def same(self, answer, other):
        """The same predicates and tags."""
        return answer.found == other.found and all(
            one.tags.tags == two.tags.tags
            for one, two in zip(
                answer.predicates, other.predicates, strict=True
            )
        )

    def to_text(self, answer, example):
        """For each predicate its roles in brackets; `-` where there is none."""
        shown = [
            " ".join(
                [f"{one.text}:"]
                + [f"[{role.text}]({role.label})" for role in one.roles]
            )
            for one in answer.predicates
        ]
        return " ".join(" | ".join(shown or ["-"]).split())

    def to_json(self, answer):
        """Predicates and roles, characters from `start` up to `end`."""
        return {
            "predicates": [
                {
                    "text": one.text,
                    "start": one.start,
                    "end": one.end,
                    "roles": [dataclasses.asdict(role) for role in one.roles],
                }
                for one in answer.predicates
            ]
        }

    def baseline(self, train, dev):
        """F1 of the commonest role on each side of a predicate.

        All words there have it, up to the next punctuation mark.
        """
        kinds = {-1: Counter(), 1: Counter()}
        for predicate, tags in _given(train):
            for span in spans_of(tags):
                if span.kind not in _NO_ROLE and span.first != predicate:
                    kinds[1 if span.first > predicate else -1][span.kind] += 1
        roles = {
            side: (count.most_common(1) or [("", 0)])[0][0]
            for side, count in kinds.items()
        }
        answers = [
            SemanticRoles(
                one.predicates,
                tuple(_by_sides(one, k, roles) for k in one.predicates),
            )
            for one in dev
        ]
        return self.score(answers, dev).figures[self.figure]


def _given(examples) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each predicate's word and the tags of all words."""
    for one in examples:
        yield from zip(one.predicates, one.label, strict=True)


def _by_sides(
    example: RoleText, predicate: int, roles: dict[int, str]
) -> PredicateRoles:
    spans = []
    for side, role in roles.items():
        place = predicate + side
        while 0 <= place < len(example.words) and _is_word(example.word(place)):
            place += side
        if place != predicate + side and role:
            first, last = sorted((predicate + side, place - side))
            spans.append(Span(role, first, last))
    tags = TagPrediction(bio_of(spans, len(example.words)), [])
    return PredicateRoles.of(example, predicate, tags)


def _is_word(text: str) -> bool:
    return any(character.isalnum() for character in text)
