"""What a pre-trained model says of how two texts belong together."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from albert_tf.errors import UserError
from albert_tf.prediction import Prediction
from albert_tf.tasks.classification import Classification


class SentencePairs(Classification):
    """The second task of pre-training, answered by the head that learned it.

    Attributes:
        classes: the names of the head's two outputs, in their order.
        output: the model's output that has them.
    """

    model_name = "AlbertPretrainer"
    balanced_figure = None
    baseline_name = None
    graph_takes = ()  # a pair with an empty text is refused
    classes: ClassVar[tuple[str, str]]
    output: ClassVar[str]

    def __init__(self):
        super().__init__(self.classes)

    @classmethod
    def of_examples(cls, examples, labels=None):
        """Refuses: it is learned of texts without labels."""
        raise UserError(
            f"{cls.name} is learned in pre-training, of texts without labels: "
            "`albert-tf pretrain`; to fine-tune on pairs and labels say --task "
            "classification"
        )

    def rows(self, examples, preprocessor):
        """A row for each pair."""
        for example in examples:
            if example.pair is None:
                raise UserError(
                    f"{self.name} is about two texts; {example.text!r:.60} "
                    "has no second one: give it, or its column in a file, by "
                    "--pair"
                )
            for text in (example.text, example.pair):
                if not text.strip():
                    raise UserError(
                        f"{self.name} is about two texts; one is empty: "
                        f"{example.text!r:.60}, {example.pair!r:.60}"
                    )
        rows = super().rows(examples, preprocessor)
        # The model asks which words to guess besides; of one it is cheap.
        places = np.zeros((len(rows), 1), "int32")
        return dataclasses.replace(rows, inputs={"masked_positions": places})

    def answers(self, outputs, rows, examples):
        """A `Prediction` for each pair."""
        if self.output not in outputs:
            others = [
                task.name
                for task in SentencePairs.__subclasses__()
                if task.output in outputs
            ]
            raise UserError(
                f"the model has no head for {self.name}"
                + "".join(f"; it has one for {name}" for name in others)
            )
        return [
            Prediction.from_logits(logits, self.labels)
            for logits in outputs[self.output]
        ]
