"""Similarity: how alike two texts are, by the vectors of an encoder."""

from __future__ import annotations

import math

import numpy as np

from albert_tf.data.encodings import Encodings
from albert_tf.data.readers import number_label
from albert_tf.data.rows import Rows
from albert_tf.errors import UserError
from albert_tf.evaluation.sts import cosine, evaluate_similarity
from albert_tf.tasks.task import Task, one_line


class Similarity(Task):
    """The cosine of the vectors of two texts; of one text, its vector.

    Any encoder does it without training. Pairs with numbers teach it which
    of them are more alike, see `CosineRankLoss`. To learn the number itself,
    reading both texts at once, there is regression.
    """

    name = "similarity"
    model_name = "AlbertEmbedder"
    loss_name = "albert_tf>CosineRankLoss"
    least_batch = 2
    figure = "spearman"
    graph_takes = ("texts",)

    @classmethod
    def of_examples(cls, examples, labels=None):
        """Of pairs with numbers that are not all the same."""
        if len({example.label for example in examples}) < 2:
            raise UserError(
                "similarity is learned of pairs that are more alike and less: "
                f"all of the {len(examples)} have the number "
                f"{examples[0].label}"
            )
        return cls()

    @staticmethod
    def read_label(place, value):
        """A number, more for what is more alike."""
        return number_label(place, value)

    def texts(self, example) -> list[str]:
        """Those that get a vector each."""
        return [t for t in (example.text, example.pair) if t is not None]

    def check(self, examples) -> None:
        """Raises `UserError` if one is no pair of texts."""
        for example in examples:
            if not (example.pair or "").strip():
                raise UserError(
                    f"{self.name} is about two texts; {example.text!r:.60} "
                    "has no second one"
                )

    def rows(self, examples, preprocessor):
        """A row for each text, as each has a vector of its own."""
        numbers = np.repeat(
            np.arange(len(examples)), [len(self.texts(x)) for x in examples]
        )
        return Rows(self._encode(examples, preprocessor), numbers)

    def training_rows(self, examples, preprocessor):
        """A row for each example, so that its texts are in one batch."""
        self.check(examples)
        encodings = self._encode(examples, preprocessor)
        return Rows.one_each(Encodings(encodings, len(self.texts(examples[0]))))

    def _encode(self, examples, preprocessor) -> Encodings:
        texts = [text for example in examples for text in self.texts(example)]
        # Who waits counts examples.
        part = len(examples) / max(1, len(texts))
        return preprocessor.with_progress(
            lambda number: preprocessor.progress(number * part)
        ).encode(texts)

    def targets(self, examples, rows):
        """The numbers, float32 [n, 1]."""
        return np.array([[example.label] for example in examples], "float32")

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
        """`vector`, float32 [B, H]; see `AlbertEmbedder`."""
        return {"vector": outputs["embedding"]}

    def score(self, answers, examples):
        """A `SimilarityReport`."""
        self.check(examples)
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
