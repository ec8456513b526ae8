"""Answers, whatever gives the outputs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.rows import ONE_SEGMENT, Rows
from albert_tf.errors import UserError, warn
from albert_tf.tasks import task_of_model
from albert_tf.tasks.task import Task

_MOST_UNKNOWN = 0.05
_MOST_ROWS = 1024  # whose outputs are in memory at once


class Predictor:
    """A task with a model for it: a Keras model or a `.tflite` file.

    Example:

    ```python
    predictor = Predictor.of_model(classifier)
    predictor.predict(["what a joy"])[0].label
    ```

    Args:
        task: says how examples become rows, and outputs answers.
        preprocessor: encodes texts.
        run: gives the model's outputs for rows, by name, an array for each.
        segments: how many the model tells apart, its `type_vocab_size`.
        run_method: see `Task.decode`; None for a task that does not need it.

    Attributes:
        sequences: how many the model has seen or is to see.
        truncated: how many of them lost tokens to the longest length.
    """

    def __init__(
        self,
        task: Task,
        preprocessor: TextPreprocessor,
        run: Callable[[Rows], Mapping[str, Sequence[np.ndarray]]],
        segments: int = 2,
        run_method: Callable[[str, dict], dict] | None = None,
    ):
        self.task = task
        self.preprocessor = preprocessor
        self._run, self._run_method = run, run_method
        self._segments = segments
        self._has_warned = False
        self.sequences = self.truncated = 0

    @classmethod
    def of_model(
        cls,
        model,
        batch_size: int = 32,
        task_class: type[Task] | None = None,
    ) -> Predictor:
        """Answers by a Keras model.

        Args:
            model: a `TaskModel` with a preprocessor.
            batch_size: B.
            task_class: see `task_of_model`.

        Raises:
            UserError: if no task has this kind of model, or it has no
                preprocessor.
        """
        from albert_tf.data.batches import BucketedBatches

        def run(rows):
            batches = BucketedBatches(
                rows.encodings, inputs=rows.inputs, batch_size=batch_size
            )
            return model.predict(batches, verbose=0)

        compiled = functools.cache(model.compiled_method)
        task = task_of_model(model, task_class)
        if task is None:
            raise UserError(
                f"{type(model).__name__} is the model of no task; fine-tune "
                "it first, or say --task similarity for its vectors "
                "(AlbertEmbedder)"
            )
        if model.preprocessor is None:
            raise UserError(
                f"the {type(model).__name__} has no vocabulary, so it takes "
                "no text; put its spiece.model, vocab.txt or tokenizer.json "
                "beside the weights"
            )
        return cls(
            task,
            model.preprocessor,
            run,
            model.config.type_vocab_size,
            lambda method, arrays: compiled(method)(arrays),
        )

    def predict(
        self, texts: Sequence[str], pairs: Sequence[str] | None = None
    ) -> list[Any]:
        """The answer for each text, or each pair of texts."""
        pairs = [None] * len(texts) if pairs is None else pairs
        return self.answers(
            [
                self.task.example(text, pair)
                for text, pair in zip(texts, pairs, strict=True)
            ]
        )

    def answers(self, examples: Sequence[Any]) -> list[Any]:
        """The answer for each example."""
        if not examples:
            return []
        rows = self.rows(examples)
        return self._answers(rows, examples)

    def _answers(self, rows: Rows, examples) -> list[Any]:
        if len(rows) <= _MOST_ROWS or len(examples) == 1:
            answers = self.task.answers(self.outputs(rows), rows, examples)
            return self._complete(answers, examples)
        half = len(examples) // 2
        return [
            answer
            for part in (examples[:half], examples[half:])
            for answer in self._answers(
                self.task.rows(part, self.preprocessor), part
            )
        ]

    def _complete(self, answers: list[Any], examples) -> list[Any]:
        """The answers, or those to what is to be asked next."""
        following = self.task.next_examples(answers, examples)
        more = self.answers([*following.values()])
        for number, answer in zip(following, more, strict=True):
            answers[number] = answer
        return answers

    def rows(
        self,
        examples: Sequence[Any],
        progress: Callable[[int], None] | None = None,
        training: bool = False,
    ) -> Rows:
        """What the model sees of the examples; warns of unknown tokens.

        Args:
            examples: see `Task.rows`.
            progress: is told, now and then, how many more texts are encoded.
            training: whether to give `Task.training_rows`.

        Raises:
            UserError: if there are pairs, but the model has one segment only.
        """
        preprocessor = self.preprocessor
        if progress is not None:
            preprocessor = preprocessor.with_progress(progress)
        make = self.task.training_rows if training else self.task.rows
        rows = make(examples, preprocessor)
        if self._segments < 2 and rows.encodings.has_pairs:
            raise UserError(ONE_SEGMENT)
        self._check_vocabulary(rows, examples)
        self.sequences += len(rows)
        self.truncated += rows.num_truncated
        return rows

    def outputs(self, rows: Rows) -> Mapping[str, Sequence[np.ndarray]]:
        """The model's outputs by name, an array for each row.

        Where the task decodes, they are what it made of them.
        """
        return self.task.decode(self._run(rows), rows, self._run_method)

    def _check_vocabulary(self, rows: Rows, examples) -> None:
        unk_id = self.preprocessor.tokenizer.unk_id
        share = rows.unknown_share(unk_id)
        if share < _MOST_UNKNOWN or self._has_warned:
            return
        self._has_warned = True
        found = rows.examples[rows.encodings.find(unk_id)]
        warn(
            f"{share:.0%} of the tokens are not in the vocabulary, which may "
            f"be for another language; such as in {examples[found].text!r:.80}"
        )
