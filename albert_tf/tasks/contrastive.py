"""Finding the partner of a text, learned of pairs alone."""

from __future__ import annotations

import numpy as np

from albert_tf.data.columns import Columns
from albert_tf.data.readers import read_examples
from albert_tf.errors import UserError
from albert_tf.evaluation.retrieval import evaluate_retrieval
from albert_tf.evaluation.sts import cosine
from albert_tf.nearest import nearest, unit
from albert_tf.tasks.similarity import Similarity
from albert_tf.tasks.task import one_line


class Contrastive(Similarity):
    """Pairs that belong together, such as questions and their answers.

    Each is to be told from the other pairs of its batch, so the larger the
    batch, the more is learned. The score finds each partner among all that
    are given.
    """

    name = "contrastive"
    figure = "recall@1"
    loss_name = "albert_tf>ContrastiveLoss"

    @classmethod
    def of_examples(cls, examples, labels=None):
        """Of pairs; they need no labels."""
        return cls()

    @classmethod
    def read(
        cls, path, columns=None, labelled=True, header=None, progress=None
    ):
        """Pairs; a file with labels too is not understood."""
        columns = columns or Columns()
        examples = read_examples(
            path,
            columns.text,
            columns.pair,
            columns.label,
            require_labels=False,
            columns=header,
            progress=progress,
        )
        if labelled and examples.columns.label is not None:
            raise UserError(
                f'{path}: "{examples.columns.label}" looks like a label, but '
                f"{cls.name} takes pairs that belong together and nothing "
                "else: learn the labels by --task similarity, or keep the rows "
                "that do, without the column"
            )
        if labelled and examples.columns.pair is None:
            raise UserError(
                f"{path}: has no second texts, which {cls.name} needs; name "
                "their column with --pair, and that of the first with --text"
            )
        return examples

    def example(self, text, pair=None):
        """A pair."""
        example = super().example(text, pair)
        self.check([example])
        return example

    def targets(self, examples, rows):
        """A number for each text, equal for equal ones, int32 [R, n]."""
        numbers = {}
        return np.array(
            [
                [
                    numbers.setdefault(text, len(numbers))
                    for text in self.texts(example)
                ]
                for example in examples
            ],
            "int32",
        )

    def answers(self, outputs, rows, examples):
        """The vectors of both texts of each pair, float32 [2, H]."""
        self.check(examples)
        vectors = np.asarray(outputs["embedding"])
        return [*vectors.reshape(len(examples), -1, vectors.shape[-1])]

    def score(self, answers, examples):
        """A `RetrievalReport`: of equal texts any is right."""
        queries, partners = np.stack(answers, axis=1)[:2]
        places = {}  # of each text that is searched for, once
        firsts = [
            places.setdefault(example.pair, number)
            for number, example in enumerate(examples)
        ]
        kept = [*places.values()]
        number_of = {first: number for number, first in enumerate(kept)}
        right = {}
        for example, first in zip(examples, firsts, strict=True):
            right.setdefault(example.text, set()).add(number_of[first])
        found, _ = nearest(unit(partners[kept]), unit(queries), top=5)
        return evaluate_retrieval(found, [right[x.text] for x in examples])

    def same(self, answer, other):
        """Vectors with cosines of more than 0.95."""
        return bool((cosine(answer, other) > 0.95).all())

    def to_text(self, answer, example):
        """The cosine and the texts."""
        return f"{_cosine(answer):.4f}\t{one_line(example)}"

    def to_json(self, answer):
        """The cosine."""
        return {"similarity": _cosine(answer)}


def _cosine(answer) -> float:
    return float(cosine(answer[:1], answer[1:2])[0])
