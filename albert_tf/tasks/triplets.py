"""Which of two texts is nearer, learned of triplets."""

from __future__ import annotations

import dataclasses

import numpy as np

from albert_tf.data.columns import Columns
from albert_tf.data.readers import read_examples
from albert_tf.errors import UserError
from albert_tf.evaluation.sts import cosine
from albert_tf.evaluation.triplets import TripletReport
from albert_tf.tasks.contrastive import Contrastive
from albert_tf.tasks.task import one_line

_COLUMNS = Columns("anchor", "positive", "negative")


class Triplets(Contrastive):
    """A text, one that belongs to it, and one that does not.

    An `Example` has the last as its label. In training each text is told
    from all others of the batch too, see `ContrastiveLoss`.
    """

    name = "triplets"
    figure = "accuracy"
    least_batch = 1
    graph_takes = ()

    @classmethod
    def read(
        cls, path, columns=None, labelled=True, header=None, progress=None
    ):
        """Three columns: anchor, positive and negative, or as told."""
        told = dataclasses.asdict(columns or Columns())
        columns = dataclasses.replace(
            _COLUMNS, **{name: one for name, one in told.items() if one}
        )
        return read_examples(
            path,
            *dataclasses.astuple(columns),
            columns=header,
            progress=progress,
        )

    def example(self, text, pair=None):
        """Refuses: three texts are needed."""
        raise UserError(
            "triplets are scored, from a file of three columns; for the "
            "likeness of two texts say --task similarity"
        )

    def texts(self, example):
        """All three."""
        found = super().texts(example)
        return found if example.label is None else [*found, example.label]

    def check(self, examples):
        """Raises `UserError` if one has not three texts."""
        for example in examples:
            if len(self.texts(example)) != 3:
                raise UserError(
                    f"triplets are three texts; {example.text!r:.60} has "
                    f"{len(self.texts(example))}"
                )
        super().check(examples)

    def answers(self, outputs, rows, examples):
        """How much nearer the right one is, a float for each triplet."""
        vectors = np.stack(super().answers(outputs, rows, examples), axis=1)
        first, positive, negative = vectors
        return (cosine(first, positive) - cosine(first, negative)).tolist()

    def score(self, answers, examples):
        """A `TripletReport`."""
        right = sum(answer > 0 for answer in answers)
        return TripletReport(right / len(answers), len(answers))

    def same(self, answer, other):
        """The same text is nearer."""
        return (answer > 0) == (other > 0)

    def to_text(self, answer, example):
        """How much nearer, and the texts."""
        return f"{answer:+.4f}\t{one_line(example)}\t{example.label}"

    def to_json(self, answer):
        """How much nearer."""
        return {"nearer": answer}
