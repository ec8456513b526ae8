"""What all commands know of a task, and all that they know."""

from __future__ import annotations

import abc
import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from albert_tf.data.columns import Columns
from albert_tf.data.example import Example
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.readers import one_label, read_examples
from albert_tf.data.rows import Rows
from albert_tf.data.text_files import Progress
from albert_tf.errors import UserError
from albert_tf.evaluation.score import Score


class Task(abc.ABC):
    """All that is a task's own: files, features, targets, answers, score.

    `finetune`, `evaluate`, `predict`, `verify` and the command line work on
    any subclass. It is found by its name: as a module of `albert_tf.tasks`,
    or as any subclass that has been defined. Nothing here needs TensorFlow,
    so that a `.tflite` file is answered for by the same code.

    The way of the data: `read` -> `rows` and `targets` -> the model ->
    `answers` -> `score`.

    Attributes:
        name: how the command line and files call it.
        model_name: its model, a class of `albert_tf.models`; the losses
            compare what `targets` gives with its outputs.
        loss_name: the Keras name of the loss that it learns by, a registered
            class such as "albert_tf>ContrastiveLoss"; None for its model's
            own.
        least_batch: how many examples a step needs to learn anything.
        figure: which of `Score.figures` chooses the best epoch.
        balanced_figure: the same where classes are balanced; None for
            `figure`, such as the official one of a benchmark.
        learned_head: the head of its model that a source must have, as it
            is not fine-tuned; None where a new one can be trained.
        short_name: another name for the command line; None for no other.
        has_picture: whether `draw` draws its scores.
        baseline_name: the simpler model that `baseline` scores; None for none.
        header: the line above the answers to a file of examples, if any.
        graph_takes: what a graph answers by `graph_answers`, the usual first:
            "texts", "pairs" of them, "questions" with contexts, or nothing.
        sample: a text such as users write, to try a model with.
    """

    name: ClassVar[str]
    model_name: ClassVar[str]
    loss_name: ClassVar[str | None] = None
    least_batch: ClassVar[int] = 1
    figure: ClassVar[str]
    balanced_figure: ClassVar[str | None] = None
    learned_head: ClassVar[str | None] = None
    short_name: ClassVar[str | None] = None
    has_picture: ClassVar[bool] = False
    baseline_name: ClassVar[str | None] = None
    header: ClassVar[str | None] = None
    graph_takes: ClassVar[tuple[str, ...]] = ()
    sample: ClassVar[str] = "a b"

    # === Settings: what travels in the model's file ===

    @classmethod
    def of_examples(
        cls, examples: Sequence[Any], labels: Sequence[str] | None = None
    ) -> Task:
        """The task that some training examples set.

        Args:
            examples: with labels.
            labels: their names, if the user gave them.

        Raises:
            UserError: if nothing can be learned of the examples.
        """
        return cls()

    @classmethod
    def setting_names(cls) -> list[str]:
        """The arguments of this class, which are also those of its model."""
        return [*inspect.signature(cls).parameters]

    @property
    def settings(self) -> dict[str, Any]:
        """The arguments by name; JSON-able."""
        return {name: getattr(self, name) for name in self.setting_names()}

    # === Files ===

    @classmethod
    def files(cls, folder: Path) -> tuple[Path, list[Path]]:
        """The files of a data set.

        Args:
            folder: has `train`, and `dev`, `valid` or `validation`, each with
                any suffix.

        Returns:
            The one to train on; those to evaluate on, of which the first
            chooses the epoch.

        Raises:
            UserError: there is none of a kind, or several.
        """
        return _only(folder, "train"), [
            _only(folder, "dev", "valid", "validation")
        ]

    @classmethod
    def read(
        cls,
        path: Path,
        columns: Columns | None = None,
        labelled: bool = True,
        header: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> list[Any]:
        """Reads a file of examples.

        Args:
            path: the file.
            columns: where it has what; None for the usual names.
            labelled: whether a missing label is a mistake.
            header: the names of the columns of a file without a header.
            progress: is told bytes done and bytes in all.

        Returns:
            The examples; an `ExampleFile` knows where it found them.

        Raises:
            UserError: a mistake in the file.
        """
        columns = columns or Columns()
        return read_examples(
            path,
            columns.text,
            columns.pair,
            columns.label,
            require_labels=labelled,
            columns=header,
            read_label=cls.read_label,
            progress=progress,
        )

    @staticmethod
    def read_label(place: str, value: Any) -> Any:
        """The label in a field or a JSON value; None where it is missing.

        Args:
            place: file and line, for the message.
            value: a string, or what the JSON has there.

        Raises:
            UserError: it can be no label of the task.
        """
        return one_label(place, value)

    def example(self, text: str, pair: str | None = None):
        """What is to be answered, as the command line takes it."""
        return Example(text=text, pair=pair)

    # === Features ===

    def rows(
        self, examples: Sequence[Any], preprocessor: TextPreprocessor
    ) -> Rows:
        """The sequences that the model sees, one or several an example."""
        texts = [example.text for example in examples]
        pairs = [example.pair for example in examples]
        has_pairs = any(pair is not None for pair in pairs)
        return Rows.one_each(
            preprocessor.encode(
                texts, [pair or "" for pair in pairs] if has_pairs else None
            )
        )

    def training_rows(
        self, examples: Sequence[Any], preprocessor: TextPreprocessor
    ) -> Rows:
        """The same in training, where an example may be one row of several.

        Raises:
            UserError: if an example cannot be learned of.
        """
        return self.rows(examples, preprocessor)

    @abc.abstractmethod
    def targets(self, examples: Sequence[Any], rows: Rows):
        """What the losses compare the outputs with.

        Args:
            examples: with labels.
            rows: what `training_rows` made of them.

        Returns:
            An array with a row for each of `rows`; for targets of tokens a
            list of arrays, as long as the sequences, -1 where nothing is
            compared; or a dictionary of such.

        Raises:
            UserError: if a label is not one that the task knows.
        """

    def balance(self, examples: Sequence[Any]) -> np.ndarray:
        """Weights that give all classes the same say, float [n]."""
        raise UserError(f"{self.name} has no classes to balance")

    # === Answers ===

    def decode(
        self,
        outputs: Mapping[str, Sequence[np.ndarray]],
        rows: Rows,
        run: Callable[[str, dict[str, np.ndarray]], dict[str, np.ndarray]],
    ) -> Mapping[str, Sequence[np.ndarray]]:
        """What `answers` takes, where the model has to run more than once.

        Args:
            outputs: the model's, see `answers`.
            rows: what `rows` made of the examples.
            run: another of the model's `signatures`, from its name and arrays
                by name to arrays by name.

        Returns:
            Arrays by name, one for each of `rows`.
        """
        return outputs

    @abc.abstractmethod
    def answers(
        self,
        outputs: Mapping[str, Sequence[np.ndarray]],
        rows: Rows,
        examples: Sequence[Any],
    ) -> list[Any]:
        """One answer for each example.

        Args:
            outputs: the model's, by name: an array for each of `rows`,
                without padding; or what `decode` made of them.
            rows: what `rows` made of the examples.
            examples: maybe without labels.
        """

    @abc.abstractmethod
    def score(self, answers: Sequence[Any], examples: Sequence[Any]) -> Score:
        """Compares answers with labels."""

    def next_example(self, answer: Any, example: Any) -> Any | None:
        """What the model is to be asked once it has answered.

        Where an answer needs two looks at a text, such as what its predicates
        are and then who takes part, the second is an example of its own.

        Returns:
            An example whose answer takes the place of this one; None where
            it stands.
        """
        return None

    def next_examples(
        self, answers: Sequence[Any], examples: Sequence[Any]
    ) -> dict[int, Any]:
        """What is to be asked next, by the number of the example."""
        following = map(self.next_example, answers, examples)
        return {n: one for n, one in enumerate(following) if one is not None}

    def agreement(self, answers: Sequence[Any], others: Sequence[Any]) -> float:
        """How much two lists of answers to the same examples agree, 0 to 1."""
        same = map(self.same, answers, others)
        return sum(same) / len(answers)

    def difference(
        self,
        outputs: Mapping[str, Sequence[np.ndarray]],
        others: Mapping[str, Sequence[np.ndarray]],
    ) -> float:
        """The largest absolute difference of two models' outputs.

        Args:
            outputs: by name, an array for each row.
            others: the same of the other model.
        """
        return max(
            float(np.abs(np.asarray(a) - np.asarray(b)).max())
            for name in outputs
            for a, b in zip(outputs[name], others[name], strict=True)
        )

    @abc.abstractmethod
    def same(self, answer, other) -> bool:
        """Whether two answers to the same example say the same."""

    @abc.abstractmethod
    def to_text(self, answer, example) -> str:
        """An answer in one line, for people."""

    @abc.abstractmethod
    def to_json(self, answer) -> dict[str, Any]:
        """An answer as a JSON object; `text` and `pair` are the example's."""

    def graph_rows(self, preprocessor: TextPreprocessor) -> Callable:
        """What does within a TensorFlow graph what `rows` does.

        Returns:
            Makes of string tensors [B], such as texts and pairs, a dictionary
            with the model's inputs, int32 [R, L], and whatever else
            `graph_answers` needs; with `examples`, int32 [R], the number of
            the text that each row is of, where one may have several.

        Raises:
            UserError: if the graph cannot do what the tokenizer does.
        """
        from albert_tf.data.graph_preprocessor import GraphPreprocessor

        return GraphPreprocessor(preprocessor)

    def graph_answers(
        self, outputs: Mapping[str, Any], rows: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What `answers` gives, within a TensorFlow graph.

        Only where `graph_takes` has anything.

        Args:
            outputs: the model's, by name, tensors [R, ...].
            rows: what the function of `graph_rows` made.

        Returns:
            Tensors [B, ...] by the names of the answer's parts.
        """
        raise NotImplementedError

    # === More ===

    def draw(self, score: Score, path: Path) -> None:
        """Draws a picture of a score; only where `has_picture`."""
        raise NotImplementedError

    def baseline(self, train: Sequence[Any], dev: Sequence[Any]) -> float:
        """`figure` of a model without a transformer; see `baseline_name`."""
        raise NotImplementedError


def _only(folder: Path, *names: str) -> Path:
    """What has one of the names, whatever its suffix."""
    if not folder.is_dir():
        raise UserError(f"{folder}: is no directory")
    found = [p for p in folder.iterdir() if p.name.partition(".")[0] in names]
    if len(found) != 1:
        there = ", ".join(sorted(p.name for p in found)) or "none"
        raise UserError(
            f"{folder}: one file called {' or '.join(names)} is needed, with "
            f"any suffix; there is {there}"
        )
    return found[0]


def refuse_columns(
    path: Path,
    columns: Columns | None,
    header: Sequence[str] | None,
    why: str,
) -> None:
    """Raises `UserError` if columns are told of files that name everything.

    Args:
        path: the file.
        columns: see `Task.read`.
        header: see `Task.read`.
        why: what is read instead, for the message.
    """
    if header or any(dataclasses.astuple(columns) if columns else ()):
        raise UserError(
            f"{path}: {why}; leave --text, --pair, --label and --header out"
        )


def one_line(example) -> str:
    """The text of an example in one line, and its pair after a tab."""
    texts = [example.text]
    if example.pair is not None:
        texts.append(example.pair)
    return "\t".join(" ".join(text.split()) for text in texts)
