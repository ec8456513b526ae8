"""Tagging: named entities, slots, parts of speech."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np

from albert_tf.errors import UserError
from albert_tf.tagging.tag_prediction import TagPrediction
from albert_tf.tagging.tagged_files import read_tagged
from albert_tf.tagging.tagged_text import TaggedText
from albert_tf.tagging.tags import (
    are_entities,
    both_tags,
    numbers_of,
    to_bio,
)
from albert_tf.tagging.viterbi import allowed_transitions
from albert_tf.tagging.windows import Windows
from albert_tf.tagging.words import split_words
from albert_tf.tasks.task import Task


class Tagging(Task):
    """A tag for every word: of an entity, or the word's class.

    A word has the tag of its first token, as in the BERT paper (section 5.3).
    Tags that BIO does not allow after each other are not given: the best
    allowed sequence is.

    Args:
        labels: the C tags.
    """

    name = "tagging"
    model_name = "AlbertTagger"
    baseline_name = "each word's most frequent tag"
    graph_takes = ("texts",)

    def __init__(self, labels: Sequence[str]):
        self.labels = [*labels]
        self._has_entities = are_entities(labels)
        self._numbers = {label: i for i, label in enumerate(self.labels)}

    @classmethod
    def of_examples(cls, examples, labels=None):
        """The tags given, or those of the examples.

        Of each kind of entity both tags are known, even if only one is there.
        """
        found = {tag for one in examples for tag in one.label}
        if labels is None and are_entities(found):
            labels = both_tags(found)
        labels = labels or sorted(found)
        if len(labels) < 2:
            raise UserError(
                f"all words of the examples have the tag {labels[0]!r}; two "
                "different ones are needed at least"
            )
        return cls(labels)

    @property
    def figure(self) -> str:
        """F1 of entities; accuracy of classes of words."""
        return "f1" if self._has_entities else "accuracy"

    @classmethod
    def read(
        cls, path, columns=None, labelled=True, header=None, progress=None
    ):
        """See `read_tagged`; without tags also a table of texts."""
        names = path.name.lower().removesuffix(".gz")
        if not labelled and names.endswith((".tsv", ".csv")):
            table = super().read(path, columns, labelled, header, progress)
            return [cls.example(cls, one.text, one.pair) for one in table]
        if header is not None:
            raise UserError(f"{path}: tagged texts have no header to give")
        return read_tagged(path, columns, labelled, progress)

    def example(self, text, pair=None):
        """The words of a text."""
        if pair is not None:
            raise UserError("tagging takes single texts; got a pair of them")
        return TaggedText(text, split_words(text))

    def rows(self, examples, preprocessor):
        """A row for each text; several that overlap for a long one."""
        return Windows.of(examples, preprocessor)

    def targets(self, examples, rows):
        """Tag numbers at the first token of each word, -1 elsewhere."""
        return rows.spread([self._ids(one) for one in examples])

    def _ids(self, example: TaggedText) -> list[int]:
        return numbers_of(example.label, self._numbers, example.text)

    def answers(self, outputs, rows, examples):
        """A `TagPrediction` for each example."""
        transitions = self.transitions(outputs)
        return [
            TagPrediction.from_logits(
                example, logits, self.labels, transitions, self._has_entities
            )
            for example, logits in zip(
                examples, rows.gather(outputs["logits"], examples), strict=True
            )
        ]

    def graph_rows(self, preprocessor):
        """Makes rows of texts, and finds their words."""
        from albert_tf.tagging.graph_windows import GraphTagWindows

        return GraphTagWindows(preprocessor)

    def graph_answers(self, outputs, rows):
        """The parts of a `TagPrediction`, see `GraphTags`."""
        from albert_tf.tagging.graph_tags import GraphTags

        tags = GraphTags(self.labels, self._has_entities)
        return tags(outputs["logits"], self.transitions(outputs), rows)

    def transitions(self, outputs) -> np.ndarray:
        """What a tag counts after another one, float [C + 1, C]."""
        return self._allowed

    @functools.cached_property
    def _allowed(self) -> np.ndarray:
        """0 where one may follow; made once, as it takes C * C steps."""
        if self._has_entities:
            return allowed_transitions(self.labels)
        return np.zeros((len(self.labels) + 1, len(self.labels)), "float32")

    def score(self, answers, examples):
        """An `EntityReport`, or a `WordTagReport` of classes of words."""
        from albert_tf.evaluation.entities import evaluate_entities
        from albert_tf.evaluation.word_tags import evaluate_word_tags

        for example in examples:
            self._ids(example)
        evaluate = (
            evaluate_entities if self._has_entities else evaluate_word_tags
        )
        return evaluate(
            [one.label for one in examples], [one.tags for one in answers]
        )

    def same(self, answer, other):
        """The same tags."""
        return answer.tags == other.tags

    def to_text(self, answer, example):
        """The text with the entities in brackets, and what they are."""
        parts, end = [], 0
        for span in answer.spans:
            parts.append(example.text[end : span.start])
            parts.append(f"[{span.text}]({span.label})")
            end = span.end
        return " ".join("".join([*parts, example.text[end:]]).split())

    def to_json(self, answer):
        """The entities, with characters from `start` up to `end`."""
        name = "entities" if self._has_entities else "words"
        return {name: [dataclasses.asdict(span) for span in answer.spans]}

    def baseline(self, train, dev):
        """`figure` of the tag that each word has most often."""
        answers = self.baseline_answers(train, dev)
        return self.score(answers, dev).figures[self.figure]

    def baseline_answers(self, train, dev) -> list[TagPrediction]:
        """The tag that each word has most often."""
        from albert_tf.evaluation.baseline import most_frequent_tags

        tags = most_frequent_tags(
            [[*zip(_words(one), one.label, strict=True)] for one in train],
            [*map(_words, dev)],
        )
        if self._has_entities:
            tags = [to_bio(row) for row in tags]
        return [TagPrediction(row, []) for row in tags]


def _words(example: TaggedText) -> list[str]:
    """In small letters."""
    return [example.text[begin:end].lower() for begin, end in example.words]
