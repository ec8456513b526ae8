"""A task that is made here goes the whole way without an edit elsewhere.

`docs/new_task.md` tells this file as a story.
"""

import json

import numpy as np
import pytest
from commands import call

import export
from albert_tf.config import AlbertConfig
from albert_tf.data.example_file import ExampleFile
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.rows import Rows
from albert_tf.evaluation.score import Score
from albert_tf.models import AlbertTagger, load_model
from albert_tf.tasks.predictor import Predictor
from albert_tf.tasks.task import Task
from albert_tf.tokenizers import SentencePieceTokenizer
from albert_tf.training.finetune import finetune
from albert_tf.training.finetune_options import FinetuneOptions

pytestmark = pytest.mark.filterwarnings("ignore:the weights of")

WORDS = ["one", "two", "three", "cats", "dogs", "birds", "run", "sleep", "sing"]
TAGS = ["number"] * 3 + ["animal"] * 3 + ["verb"] * 3


class ToyTagger(AlbertTagger):
    """A tagger with an argument of its own."""

    def __init__(self, *args, note="none", **kwargs):
        super().__init__(*args, **kwargs)
        self.note = note

    def get_config(self):
        return {**super().get_config(), "note": self.note}


class TagScore(Score):
    """The share of words with the right tag."""

    def __init__(self, right, examples):
        self.right, self.examples = right, examples

    @property
    def figures(self):
        return {"right": self.right}


class ToyTagging(Task):
    """A tag for every word."""

    name = "toy_tagging"
    model_name = "ToyTagger"
    figure = "right"

    def __init__(self, labels, note="none"):
        self.labels, self.note = [*labels], note

    @classmethod
    def of_examples(cls, examples, labels=None):
        found = sorted({tag for one in examples for tag in one.label})
        return cls(labels or found, note="of the toy task")

    @staticmethod
    def read_label(place, value):
        return None if value is None else tuple(value)

    def rows(self, examples, preprocessor):
        return Rows.one_each(
            [
                preprocessor.tokenizer.encode(
                    one.text, max_length=preprocessor.max_length
                )
                for one in examples
            ]
        )

    def _first_tokens(self, text, encoding):
        """Where each word's first token is, by the offsets."""
        starts = [0, *(i + 1 for i, c in enumerate(text) if c == " ")]
        places = {
            start: k
            for k, (start, end) in reversed([*enumerate(encoding.offsets)])
            if end > start
        }
        return [places[start] for start in starts]

    def targets(self, examples, rows):
        targets = []
        for one, encoding in zip(examples, rows.encodings, strict=True):
            tags = np.full(len(encoding.token_ids), -1, "int32")
            tags[self._first_tokens(one.text, encoding)] = [
                self.labels.index(tag) for tag in one.label
            ]
            targets.append(tags)
        return targets

    def answers(self, outputs, rows, examples):
        answers = []
        for one, encoding, logits in zip(
            examples, rows.encodings, outputs["logits"], strict=True
        ):
            assert len(logits) == len(encoding.token_ids)
            best = logits[self._first_tokens(one.text, encoding)].argmax(-1)
            answers.append([self.labels[k] for k in best])
        return answers

    def score(self, answers, examples):
        right = [
            a == b
            for answer, one in zip(answers, examples, strict=True)
            for a, b in zip(answer, one.label, strict=True)
        ]
        return TagScore(float(np.mean(right)), len(examples))

    def same(self, answer, other):
        return answer == other

    def to_text(self, answer, example):
        return f"{' '.join(answer)}\t{example.text}"

    def to_json(self, answer):
        return {"tags": answer}


def write(path, seed, count):
    """Sentences of one to six words, so that lengths differ."""
    rng = np.random.default_rng(seed)
    lines = []
    for _ in range(count):
        chosen = rng.integers(0, len(WORDS), rng.integers(1, 7))
        text = " ".join(WORDS[k] for k in chosen)
        lines.append(
            json.dumps({"text": text, "tags": [TAGS[k] for k in chosen]})
        )
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("toy")
    write(home / "train.jsonl", 0, 160)
    write(home / "dev.jsonl", 1, 24)
    return home


@pytest.fixture(scope="module")
def trained(home):
    """The task goes through the command line, as users would run it."""
    argv = ["finetune", "--task", "toy_tagging", "--label", "tags"]
    argv += ["--train", home / "train.jsonl", "--dev", home / "dev.jsonl"]
    argv += ["--model", "albert_pico", "--output", home / "model"]
    argv += ["--epochs", 12, "--learning-rate", "3e-3", "--dropout", 0]
    assert call([*argv, "--batch-size", 16]) == 0
    return home / "model"


def read(path):
    from albert_tf.data.columns import Columns

    return ToyTagging.read(path, Columns(label="tags"))


def test_learns_and_reports(trained):
    report = json.loads((trained / "report.json").read_text())
    assert report["task"] == "toy_tagging"
    assert report["dev"]["right"] > 0.95
    assert report["train"]["read"] == 'text "text", label "tags"'


def test_loads_as_what_it_is(trained, home):
    model = load_model(trained)
    assert type(model) is ToyTagger
    assert model.note == "of the toy task"
    assert model.labels == ["animal", "number", "verb"]
    score = Predictor.of_model(model)
    dev = read(home / "dev.jsonl")
    assert isinstance(dev, ExampleFile)
    answers = score.answers(dev)
    assert score.task.score(answers, dev).figures["right"] > 0.95


def test_export_verifies_and_the_file_predicts(trained, home, capsys):
    argv = ["export", trained, home / "toy.tflite", "--label", "tags"]
    assert call([*argv, "--verify", home / "dev.jsonl"]) == 0
    capsys.readouterr()
    assert call(["predict", home / "toy.tflite", "two birds sing"]) == 0
    assert capsys.readouterr().out == "number animal verb\ttwo birds sing\n"
    argv = ["predict", home / "toy.tflite", "--input", home / "dev.jsonl"]
    assert call([*argv, "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 24
    first = json.loads(lines[0])
    assert len(first["tags"]) == len(first["text"].split())


def test_evaluate(trained, home, capsys):
    argv = ["evaluate", trained, home / "dev.jsonl", "--label", "tags"]
    assert call([*argv, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["right"] > 0.95


def test_float_file_answers_as_keras(trained, home):
    model = load_model(trained)
    path = home / "float.tflite"
    export.to_tflite(model, path, "float32")
    report = export.verify(model, path, read(home / "dev.jsonl"))
    assert report.max_difference < 1e-4
    assert report.agreement == 1


def test_outputs_of_tokens_have_no_padding():
    config = AlbertConfig.from_preset("albert_pico")
    tokenizer = SentencePieceTokenizer()
    model = ToyTagger(config, ["a", "b"], TextPreprocessor(tokenizer))
    texts = ["one", "one two three", "two birds"]
    logits = model.predict(texts, batch_size=2, verbose=0)["logits"]
    lengths = [len(tokenizer.encode(text).token_ids) for text in texts]
    assert [len(rows) for rows in logits] == lengths
    for text, rows in zip(texts, logits, strict=True):
        alone = model.predict([text], verbose=0)["logits"][0]
        np.testing.assert_allclose(rows, alone, atol=1e-5)


@pytest.mark.slow
def test_finetune_in_python(home, tmp_path):
    train = read(home / "train.jsonl")
    result = finetune(
        "albert_pico",
        train,
        read(home / "dev.jsonl"),
        tmp_path / "model",
        FinetuneOptions(epochs=1),
        ToyTagging.of_examples(train),
    )
    assert set(result.history) == {"loss", "val_right"}
