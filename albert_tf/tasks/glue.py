"""The tasks of the GLUE benchmark: its files, its figures, its submissions.

Each learns and answers as `classification`, or STS-B as `regression`; what is
its own is how files are read and how answers are scored.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from albert_tf.data.glue import GlueColumns, GlueExample, read_glue
from albert_tf.errors import UserError
from albert_tf.tasks.classification import Classification
from albert_tf.tasks.regression import Regression

_PAIR = ("sentence1", "sentence2")
_TWO = ("0", "1")
_ENTAILMENT = ("entailment", "not_entailment")


class _Glue:
    """What all have.

    Attributes:
        columns: of the files.
        dev_files: one or two in the folder; the first chooses the epoch.
    """

    header: ClassVar[str] = "index\tprediction"
    columns: ClassVar[GlueColumns]
    dev_files: ClassVar[tuple[str, ...]] = ("dev.tsv",)

    @classmethod
    def files(cls, folder):
        """`train.tsv`, and those to evaluate on."""
        return _find(folder, "train.tsv"), [
            _find(folder, name) for name in cls.dev_files
        ]

    @classmethod
    def read(
        cls, path, columns=None, labelled=True, header=None, progress=None
    ):
        """See `read_glue`."""
        if header is not None or (columns and str(columns)):
            raise UserError(
                f"{path}: {cls.name} knows the columns of its files; leave "
                "--text, --pair, --label and --header out"
            )
        return read_glue(path, cls.columns, labelled, cls.read_label, progress)

    def to_text(self, answer, example):
        """A line of a submission, for an example of a test file."""
        if isinstance(example, GlueExample):
            return f"{example.index}\t{self.prediction(answer)}"
        return super().to_text(answer, example)


class _GlueClassification(_Glue, Classification):
    """A task of classes.

    Attributes:
        classes: their names in the files.
    """

    classes: ClassVar[tuple[str, ...]] = _TWO
    balanced_figure = None
    has_picture = False

    @classmethod
    def of_examples(cls, examples, labels=None):
        """The classes of the task, whichever are there."""
        return cls(labels or cls.classes)

    def score(self, answers, examples):
        """A `GlueReport`."""
        from albert_tf.evaluation.glue import GlueReport

        report = super().score(answers, examples)
        truth = [self.labels[k] for k in self._numbers(examples)]
        found = [answer.label for answer in answers]
        return GlueReport(
            self.figures(truth, found, report), report.details, report.examples
        )

    def figures(self, truth, found, report) -> dict[str, float]:
        """The official ones, of true and found labels."""
        return {"accuracy": report.accuracy}

    def prediction(self, answer) -> str:
        """The label."""
        return answer.label


class _AverageOfTwo(_GlueClassification):
    """Accuracy and F1 of the class "1"."""

    figure = "average"

    def figures(self, truth, found, report):
        """Both, and their mean."""
        from albert_tf.evaluation.glue import accuracy_and_f1

        return accuracy_and_f1(truth, found, "1")


class _Matthews(_GlueClassification):
    """Matthews' correlation."""

    figure = "matthews"

    def figures(self, truth, found, report):
        """It, and the accuracy."""
        from albert_tf.evaluation.glue import matthews

        return {
            "matthews": matthews(truth, found),
            "accuracy": report.accuracy,
        }


class Cola(_Matthews):
    """Whether a sentence is grammatical; also the files of CoLA itself."""

    name = "glue/cola"
    columns = GlueColumns(
        ("sentence",),
        "acceptability",
        ("source", "acceptability", "original", "sentence"),
    )

    @classmethod
    def files(cls, folder):
        """Those of GLUE, or of CoLA itself."""
        if (Path(folder) / "in_domain_train.tsv").exists():
            names = ("in_domain_dev.tsv", "out_of_domain_dev.tsv")
            return _find(folder, "in_domain_train.tsv"), [
                _find(folder, name) for name in names
            ]
        return super().files(folder)


class Sst2(_GlueClassification):
    """Whether a sentence of a film review is positive."""

    name = "glue/sst2"
    columns = GlueColumns(("sentence",), "label")


class Mrpc(_AverageOfTwo):
    """Whether one sentence says what another one does."""

    name = "glue/mrpc"
    columns = GlueColumns(("#1 String", "#2 String"), "Quality")

    @classmethod
    def files(cls, folder):
        """Those of GLUE's script, or Microsoft's own."""
        if (Path(folder) / "msr_paraphrase_train.txt").exists():
            return _find(folder, "msr_paraphrase_train.txt"), [
                _find(folder, "msr_paraphrase_test.txt")
            ]
        return super().files(folder)


class Qqp(_AverageOfTwo):
    """Whether two questions ask the same."""

    name = "glue/qqp"
    columns = GlueColumns(("question1", "question2"), "is_duplicate")


class Mnli(_GlueClassification):
    """Whether one sentence follows from another, or is against it."""

    name = "glue/mnli"
    columns = GlueColumns(_PAIR, "gold_label")
    classes = ("contradiction", "entailment", "neutral")
    dev_files = ("dev_matched.tsv", "dev_mismatched.tsv")


class Ax(_Matthews):
    """The diagnostic set, to be answered by a model of MNLI."""

    name = "glue/ax"
    columns = GlueColumns(_PAIR, "label")
    classes = Mnli.classes

    @classmethod
    def files(cls, folder):
        """Refuses: nothing is learned."""
        raise UserError(
            "glue/ax has nothing to train on: train on glue/mnli and answer "
            "with `albert-tf predict MODEL --task glue/ax --input "
            "diagnostic.tsv`"
        )


class Qnli(_GlueClassification):
    """Whether a sentence answers a question."""

    name = "glue/qnli"
    columns = GlueColumns(("question", "sentence"), "label")
    classes = _ENTAILMENT


class Rte(_GlueClassification):
    """Whether one sentence follows from another."""

    name = "glue/rte"
    columns = GlueColumns(_PAIR, "label")
    classes = _ENTAILMENT


class Wnli(_GlueClassification):
    """Whether a sentence follows, with a pronoun read in one way."""

    name = "glue/wnli"
    columns = GlueColumns(_PAIR, "label")


class Stsb(_Glue, Regression):
    """How alike two sentences are, from 0 to 5."""

    name = "glue/stsb"
    figure = "average"
    columns = GlueColumns(_PAIR, "score")

    def score(self, answers, examples):
        """A `GlueReport` of both correlations and their mean."""
        from albert_tf.evaluation.glue import GlueReport

        report = super().score(answers, examples)
        both = report.figures
        average = sum(both.values()) / 2
        return GlueReport({"average": average, **both}, {}, report.examples)

    def prediction(self, answer) -> str:
        """The number, within the scale."""
        return f"{min(5.0, max(0.0, answer)):.3f}"


def _find(folder, name: str) -> Path:
    """The file, or it with `.gz`."""
    path = Path(folder) / name
    zipped = path.with_name(f"{name}.gz")
    return zipped if zipped.exists() and not path.exists() else path
