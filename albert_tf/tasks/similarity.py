"""Similarity: how alike two texts are, by the vectors of an encoder."""

from __future__ import annotations

import math

import numpy as np

from albert_tf.data.readers import number_label
from albert_tf.data.rows import Rows
from albert_tf.errors import UserError
from albert_tf.evaluation.sts import cosine, evaluate_similarity
from albert_tf.tasks.task import Task, one_line


class Similarity(Task):
    """The cosine of the vectors of two texts; of one text, its vector.

    Any encoder does it without training. To learn the number itself there is
    regression.
    """

    name = "similarity"
    model_name = "AlbertEmbedder"
    figure = "spearman"
    graph_takes = ("texts",)

    @classmethod
    def of_examples(cls, examples, labels=None):
        """Refuses: nothing is learned."""
        raise UserError(
            "similarity is not learned: any encoder is scored by `albert-tf "
            "evaluate --task similarity`; for a model that learns the numbers "
            "say --task regression"
        )

    @staticmethod
    def read_label(place, value):
        """A number, more for what is more alike."""
        return number_label(place, value)

    def rows(self, examples, preprocessor):
        """A row for each text, as each has a vector of its own."""
        texts, numbers = [], []
        for number, example in enumerate(examples):
            for text in (example.text, example.pair):
                if text is not None:
                    texts.append(text)
                    numbers.append(number)
        return Rows(preprocessor.encode(texts), np.array(numbers))

    def targets(self, examples, rows):
        """Refuses, as `of_examples` does."""
        return self.of_examples(examples)

    def answers(self, outputs, rows, examples):
        """A float for each pair, float32 [H] for each single text."""
        vectors = np.asarray(outputs["embedding"])
        firsts = np.searchsorted(rows.examples, np.arange(len(examples)))
        return [
            vectors[first]
            if example.pair is None
            else float(cosine(vectors[[first]], vectors[[first + 1]])[0])
            for first, example in zip(firsts, examples, strict=True)
        ]

    def graph_answers(self, outputs, rows):
        """`vector`, float32 [B, H]; products of two are cosines."""
        return {"vector": outputs["embedding"]}

    def score(self, answers, examples):
        """A `SimilarityReport`."""
        for example in examples:
            if example.pair is None:
                raise UserError(
                    "similarity is scored on pairs of texts; "
                    f"{example.text!r:.60} has no second one"
                )
        labels = [example.label for example in examples]
        return evaluate_similarity(labels, answers)

    def same(self, answer, other):
        """Cosines that differ by less than 0.05; vectors as near as that."""
        if isinstance(answer, float):
            return math.isclose(answer, other, abs_tol=0.05, rel_tol=0)
        return bool(cosine(answer[None], other[None])[0] > 0.95)

    def to_text(self, answer, example):
        """The cosine, or the beginning of the vector, and the text."""
        if isinstance(answer, float):
            return f"{answer:.4f}\t{one_line(example)}"
        begin = " ".join(f"{value:.4f}" for value in answer[:3])
        return f"{begin} ... ({len(answer)} numbers)\t{one_line(example)}"

    def to_json(self, answer):
        """The cosine, or the whole vector."""
        if isinstance(answer, float):
            return {"similarity": answer}
        return {"embedding": answer.tolist()}
