"""Fine-tuning with a teacher beside the labels, or instead of them."""

import dataclasses
import io
import json

import numpy as np
import pytest
from rich.console import Console

from albert_tf.data.example import Example
from albert_tf.errors import UserError
from albert_tf.models import AlbertClassifier, AlbertTagger, load_model
from albert_tf.recipes import snips
from albert_tf.tagging.tagged_text import TaggedText
from albert_tf.tagging.words import split_words
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor
from albert_tf.training.finetune import finetune
from albert_tf.training.finetune_options import FinetuneOptions
from albert_tf.training.model_teacher import ModelTeacher
from albert_tf.training.teacher_options import TeacherOptions
from albert_tf.training.training_batches import training_batches
from albert_tf.training.unfinished import Unfinished

pytestmark = pytest.mark.filterwarnings(
    "ignore:the weights of", "ignore:.*learned nothing"
)

OPTIONS = FinetuneOptions(epochs=2, batch_size=8, learning_rate=1e-3)


@pytest.fixture(scope="module")
def examples():
    return snips.examples("train")[::1000]


@pytest.fixture(scope="module")
def more():
    """Texts without labels."""
    return [
        dataclasses.replace(one, label=None)
        for one in snips.examples("train")[7::2000]
    ]


@pytest.fixture(scope="module")
def source(examples, tmp_path_factory):
    """A teacher of random weights, but sure of itself."""
    labels = sorted({one.label for one in examples})
    model = AlbertClassifier.from_preset("albert_pico", labels=labels)
    kernel = model.logits_dense.kernel
    kernel.assign(kernel * 40)
    path = tmp_path_factory.mktemp("teacher") / "model"
    model.save_preset(path)
    return str(path)


@pytest.fixture
def train(examples, tmp_path):
    def train(name="model", model="albert_pico", change=None, **arguments):
        options = dataclasses.replace(OPTIONS, **(change or {}))
        return finetune(
            model, examples, examples[:8], tmp_path / name, options, **arguments
        )

    return train


def test_no_weight_is_no_teacher(train, source):
    """Bit for bit, dropout and order included."""
    plain = train("plain")
    taught = train("taught", teacher=TeacherOptions(source, 0.0))
    for one, other in zip(
        plain.model.get_weights(), taught.model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    assert plain.history["loss"] == taught.history["loss"]
    assert plain.score.figures == taught.score.figures


@pytest.mark.usefixtures("eager")
def test_what_is_its_teacher_already_has_no_loss(source, examples, tmp_path):
    """Nor is there a gradient: the weights stay."""
    config = tmp_path / "still" / "config.json"
    load_model(source).save_preset(config.parent)
    values = json.loads(config.read_text())
    values["classifier_dropout_prob"] = 0.0
    config.write_text(json.dumps(values))
    result = finetune(
        config.parent,
        examples,
        examples[:8],
        tmp_path / "model",
        FinetuneOptions(
            epochs=1, batch_size=8, dropout=0.0, optimizer="sgd",
            weight_decay=0.0, learning_rate=0.1,
        ),
        teacher=TeacherOptions(source, 1.0),
    )  # fmt: skip
    assert result.history["loss"][0] < 1e-6
    before = load_model(source).get_weights()
    for one, other in zip(before, result.model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


@pytest.mark.usefixtures("eager")
def test_the_loss_is_of_both_by_their_weights(train, source):
    """In the first steps at no rate, so that all see the same model."""
    still = {"learning_rate": 1e-12, "dropout": 0.0, "epochs": 1}
    losses = {
        weight: train(
            f"w{weight}", change=still, teacher=TeacherOptions(source, weight)
        ).history["loss"][0]
        for weight in (0.0, 0.25, 1.0)
    }
    expected = 0.75 * losses[0.0] + 0.25 * losses[1.0]
    # The head's own dropout is drawn anew.
    assert losses[0.25] == pytest.approx(expected, rel=0.02)
    assert losses[1.0] > 0.1


@pytest.mark.usefixtures("eager")
def test_texts_without_labels_have_the_teacher_only(
    examples, more, source, tmp_path
):
    task = find_task("classification").of_examples(examples)
    student = AlbertClassifier.from_preset("albert_pico", **task.settings)
    predictor = Predictor.of_model(student)
    rows, both = (predictor.rows(x) for x in (examples, [*examples, *more]))
    taught = ModelTeacher(source, task, 8).targets(
        student, [*examples, *more], both, 2.0
    )
    batches = training_batches(task, examples, rows, OPTIONS, taught, both)
    assert batches.num_examples == len(examples) + len(more)
    weights = np.concatenate([batches[k][2] for k in range(len(batches))])
    is_labelled = batches.order < len(examples)
    np.testing.assert_array_equal(weights, is_labelled.astype("float32"))
    own = np.concatenate([batches[k][1]["own"] for k in range(len(batches))])
    expected = task.targets(examples, rows)[batches.order[is_labelled]]
    np.testing.assert_array_equal(own[is_labelled], expected)


@pytest.mark.usefixtures("eager")
def test_tokens_without_labels_do_not_count():
    texts = ["play some jazz", "is it cold"]
    words = [split_words(text) for text in texts]
    known = TaggedText(texts[0], words[0], ("B-x", "O", "O"))
    task = find_task("tagging").of_examples([known])
    student = AlbertTagger.from_preset("albert_pico", **task.settings)
    predictor = Predictor.of_model(student)
    rows = predictor.rows([known])
    both = predictor.rows([known, TaggedText(texts[1], words[1])])
    taught = {"logits": both.spread([np.ones((3, 3))] * 2, "float32")}
    batches = training_batches(task, [known], rows, OPTIONS, taught, both)
    _, targets, weights = batches[0]
    label_free = targets["own"][weights == 0]
    assert (label_free == -1).all()
    assert label_free.shape == (1, both.encodings.lengths.max())


@pytest.mark.usefixtures("eager")
def test_report_and_progress(train, more, source, tmp_path, monkeypatch):
    monkeypatch.setattr("albert_tf.training.bars._SECONDS", -1)
    console = Console(file=io.StringIO(), width=80)
    train(teacher=TeacherOptions(source), unlabelled=more, console=console)
    assert "teacher: " in console.file.getvalue()
    report = json.loads((tmp_path / "model/report.json").read_text())
    assert report["teacher"] == source
    assert report["teacher_weight"] == 0.5
    assert report["examples without labels"] == len(more)


class KilledError(Exception):
    """As if the process had ended there."""


@pytest.mark.usefixtures("eager")
def test_goes_on_to_the_same_bits(train, more, source, monkeypatch):
    arguments = {"teacher": TeacherOptions(source), "unlabelled": more}
    whole = train("whole", **arguments)

    def die(self, number, logs=None):
        if number == 1:
            raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(Unfinished, "on_epoch_begin", die, raising=False)
        with pytest.raises(KilledError):
            train(**arguments)
    for change, message in (
        ({"teacher": TeacherOptions(source, 0.7)}, "weight=0.5, not 0.7"),
        ({"unlabelled": more[1:]}, "examples="),
        ({"teacher": None, "unlabelled": ()}, "examples="),
    ):
        with pytest.raises(UserError, match=message):
            train(resume=True, **{**arguments, **change})
    result = train(resume=True, **arguments)
    assert result.history == whole.history
    for one, other in zip(
        whole.model.get_weights(), result.model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("eager")
def test_mistakes_are_told_before_the_work(train, more, source):
    with pytest.raises(UserError, match="got 7 unlabelled examples but no t"):
        train(unlabelled=more)
    pairs = [Example("a", "b")]
    with pytest.raises(UserError, match="the unlabelled examples pairs of te"):
        train(teacher=TeacherOptions(source), unlabelled=pairs)
    with pytest.raises(UserError, match="nowhere"):
        train(teacher=TeacherOptions("nowhere"))


@pytest.mark.slow
def test_learns_its_teachers_labels_of_texts_alone(tmp_path):
    """The labels that it is given are all wrong, and do not count."""
    rng = np.random.default_rng(0)
    things = {"a": ["ball", "map", "dog"], "b": ["rain", "music", "sleep"]}

    def make(number):
        for _ in range(number):
            label = str(rng.choice(["a", "b"]))
            first, last = rng.choice(["the", "my", "some", "no"], 2)
            yield Example(
                f"{first} {rng.choice(things[label])} and {last}", label=label
            )

    wrong = [
        dataclasses.replace(one, label="ba"["ab".index(one.label)])
        for one in make(20)
    ]
    texts, dev = [*make(300)], [*make(100)]
    truth = ["ba"["ab".index(one.label)] for one in wrong]
    truth += [one.label for one in texts]
    lines = [{"a": 2.0 * (x == "a"), "b": 2.0 * (x == "b")} for x in truth]
    path = tmp_path / "teacher.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    result = finetune(
        "albert_pico",
        wrong,
        dev,
        tmp_path / "student",
        FinetuneOptions(
            epochs=8, batch_size=16, learning_rate=2e-3, dropout=0.0
        ),
        teacher=TeacherOptions(str(path), 1.0),
        unlabelled=[dataclasses.replace(one, label=None) for one in texts],
    )
    # By chance more than 0.65 are right once in 1000 times.
    assert result.score.accuracy > 0.9
