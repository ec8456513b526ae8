"""The whole of fine-tuning on a few real sentences."""

import dataclasses
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest
from rich.console import Console

from albert_tf.data.example import Example
from albert_tf.errors import UserError
from albert_tf.evaluation.classification import evaluate_classification
from albert_tf.models import AlbertClassifier
from albert_tf.recipes import snips
from albert_tf.tasks import tasks
from albert_tf.tasks.classification import Classification
from albert_tf.tasks.fill_mask import FillMask
from albert_tf.training.best_epoch import BestEpoch
from albert_tf.training.finetune import default_learning_rate, finetune
from albert_tf.training.finetune_options import FinetuneOptions
from albert_tf.training.progress import TrainingProgress

pytestmark = pytest.mark.filterwarnings("ignore:the weights of")

OPTIONS = FinetuneOptions(epochs=3, batch_size=16, learning_rate=2e-3)


@pytest.fixture(scope="module")
def train():
    return snips.examples("train")[::60]


@pytest.fixture(scope="module")
def dev():
    return snips.examples("dev")[::15]


@pytest.fixture
def few(eager):
    """Examples for tests that train for a few steps only."""
    return snips.examples("train")[::500]


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("finetune")


@pytest.fixture(scope="module")
def result(train, dev, directory):
    return finetune("albert_pico", train, dev, directory / "m", OPTIONS)


def test_learns(result):
    loss = result.history["loss"]
    assert loss[-1] < loss[0]
    assert result.epochs == 3
    assert not result.interrupted
    assert result.truncated_share == 0
    assert 0 < result.padded_share < 0.4


def test_keeps_the_best_epoch(result, dev, directory):
    best = max(result.history["val_accuracy"])
    assert result.score.accuracy == pytest.approx(best)
    saved = AlbertClassifier.from_preset(directory / "m")
    found = saved.classify([e.text for e in dev])
    right = sum(p.label == e.label for p, e in zip(found, dev, strict=True))
    assert right / len(dev) == pytest.approx(best)


@pytest.mark.parametrize(("balance", "best"), [(False, 1), (True, 2)])
def test_balanced_classes_choose_the_best_epoch(
    few, dev, tmp_path, monkeypatch, balance, best
):
    """Scores as of a model that knows the common class, then of a fair one."""
    truth = [0] * 9 + [1]
    epochs = iter([[0] * 10, [1] * 3 + [0] * 6 + [1], [1] * 10])
    monkeypatch.setattr(
        Classification,
        "score",
        lambda *_: evaluate_classification(truth, next(epochs), ["a", "b"]),
    )
    options = FinetuneOptions(epochs=3, batch_size=64, balance_classes=balance)
    result = finetune("albert_pico", few, dev, tmp_path / "m", options)
    history = result.history
    assert history["val_accuracy"] == pytest.approx([0.9, 0.7, 0.1])
    assert history["val_balanced_accuracy"] == pytest.approx([0.5, 5 / 6, 0.5])
    assert result.best_epoch == best
    assert result.score.accuracy == pytest.approx((0.9, 0.7)[best - 1])


@pytest.mark.parametrize("learned", [True, False])
def test_warns_where_nothing_was_learned(
    few, dev, tmp_path, monkeypatch, recwarn, learned
):
    monkeypatch.setattr(Classification, "same", lambda *_: not learned)
    options = FinetuneOptions(epochs=1, batch_size=64)
    finetune("albert_pico", few, dev, tmp_path / "m", options)
    told = [
        str(w.message) for w in recwarn if "learned nothing" in str(w.message)
    ]
    assert len(told) == (not learned)
    if told:
        assert "all of them get the same answer" in told[0]
        assert "learning_rate=0.0005 is too high" in told[0]


@pytest.mark.parametrize(
    "task",
    [
        task
        for task in tasks().values()
        if issubclass(task, Classification) and task.learned_head is None
    ],
)
def test_every_task_of_classes_can_be_balanced(eager, tmp_path, task):
    """GLUE's official figures choose the epoch then too."""
    classes = getattr(task, "classes", ("a", "b"))
    examples = [Example("x", label=name) for name in (*classes, classes[0])]
    options = FinetuneOptions(epochs=1, balance_classes=True)
    settings = task.of_examples(examples)
    result = finetune(
        "albert_pico", examples, examples, tmp_path / "m", options, settings
    )
    assert result.best_epoch == 1


def test_balanced_classes_weigh_the_loss(train):
    rare = [e for e in train if e.label == "PlayMusic"][:2]
    common = [e for e in train if e.label == "GetWeather"][:8]
    task = Classification.of_examples(rare + common)
    weights = task.balance(rare + common)
    assert weights[:2].sum() == pytest.approx(weights[2:].sum())
    assert weights.mean() == pytest.approx(1)


def test_writes_report_and_picture(result, directory):
    report = json.loads((directory / "m/report.json").read_text())
    assert report["dev"]["accuracy"] == result.score.accuracy
    assert report["options"]["batch_size"] == 16
    assert len(report["history"]["loss"]) == 3
    assert (directory / "m/score.png").stat().st_size > 1000
    modes = {p.stat().st_mode for p in (directory / "m").iterdir()}
    assert len(modes) == 1  # the weights are as readable as the rest


@pytest.mark.slow
def test_same_seed_same_history(few, dev, tmp_path):
    first, second = (
        finetune("albert_pico", few, dev, tmp_path / name, OPTIONS).history
        for name in "ab"
    )
    assert first == second


@pytest.mark.usefixtures("eager")
def test_starts_from_a_trained_model(result, train, dev, tmp_path, directory):
    options = FinetuneOptions(epochs=1, learning_rate=1e-6)
    again = finetune(directory / "m", train, dev, tmp_path / "m", options)
    assert again.history["loss"][0] < result.history["loss"][0]


@pytest.mark.parametrize(
    ("width", "trained", "rate"),
    [(768, True, 5e-5), (256, True, 1.5e-4), (64, False, 5e-4),
     (128, False, 5e-4), (256, False, 2.5e-4)],
)  # fmt: skip
def test_wide_models_learn_at_lower_rates(width, trained, rate):
    assert default_learning_rate(width, trained) == pytest.approx(rate)


@pytest.mark.usefixtures("eager")
def test_pairs_precision_balance_and_patience(dev, tmp_path):
    pairs = [Example(e.text, pair="is it so", label=e.label) for e in dev]
    options = FinetuneOptions(
        epochs=9,
        learning_rate=1e-9,
        patience=1,
        balance_classes=True,
        precision="mixed_bfloat16",
        dropout=0.0,
        max_length=12,
        tensorboard=str(tmp_path / "logs"),
    )
    result = finetune("albert_pico", pairs, pairs, tmp_path / "m", options)
    assert result.epochs == 2  # nothing gets better at such a rate
    assert result.model.config.hidden_dropout_prob == 0
    assert result.truncated_share > 0.5
    assert list(Path(tmp_path / "logs").rglob("events*"))


@pytest.mark.parametrize("epoch", [1, 2])
def test_interrupted(few, dev, tmp_path, monkeypatch, epoch):
    begin = TrainingProgress.on_epoch_begin

    def interrupt(self, number, logs=None):
        begin(self, number, logs)
        if number + 1 == epoch:
            raise KeyboardInterrupt

    monkeypatch.setattr(TrainingProgress, "on_epoch_begin", interrupt)
    console = Console(file=io.StringIO(), width=80)
    result = finetune(
        "albert_pico", few, dev, tmp_path / "m", OPTIONS, console=console
    )
    assert result.interrupted
    assert result.epochs == epoch - 1
    lines = console.file.getvalue().splitlines()
    assert len(lines) == epoch - 1
    assert all("tokens/s" in line for line in lines)
    saved = AlbertClassifier.from_preset(tmp_path / "m")
    texts = [e.text for e in dev]
    assert saved.classify(texts) == result.model.classify(texts)


def test_a_log_shows_how_far_it_is(few, dev, tmp_path, monkeypatch):
    monkeypatch.setattr("albert_tf.training.bars._SECONDS", -1)
    console = Console(file=io.StringIO(), width=80)
    options = dataclasses.replace(OPTIONS, epochs=1)
    finetune("albert_pico", few, dev, tmp_path / "m", options, console=console)
    shown = console.file.getvalue()
    assert re.search(r"encoding: \d+ of \d+\n", shown)
    step = r"epoch 1/1: 1 of \d+  loss \d\.\d{3}  [\d,]+ tokens/s\n"
    assert re.search(step, shown)


def test_refuses_before_it_works(train, dev, directory, result):
    with pytest.raises(UserError, match="exists already"):
        finetune("albert_pico", train, dev, directory / "m", OPTIONS)
    with pytest.raises(UserError, match="same label"):
        finetune("albert_pico", train[:1], dev, directory / "n", OPTIONS)
    odd = [*dev, Example("a", label="Sing")]
    with pytest.raises(UserError, match='unknown label "Sing"'):
        finetune("albert_pico", train, odd, directory / "n", OPTIONS)
    mean = FinetuneOptions(pooling="mean")
    with pytest.raises(UserError, match="'mean' is no arg.* AlbertPretrainer"):
        finetune("albert_pico", train, dev, directory / "n", mean, FillMask())


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 0},
        {"batch_size": 0},
        {"warmup_share": 1.0},
        {"precision": "float8"},
        {"pooling": "max"},
    ],
)
def test_options_are_checked(change):
    (name,) = change
    with pytest.raises(UserError, match=f"{name}="):
        FinetuneOptions(**change)


def test_baseline(train, dev):
    task = Classification.of_examples(train)
    accuracy = task.baseline(train, dev)
    assert 0.8 < accuracy <= 1
    # Classes count, not how their names are written.
    spaced = [Example(e.text, label=f" {e.label} ") for e in dev]
    assert task.baseline(train, spaced) == accuracy


def test_baseline_of_odd_texts():
    one = [Example(text, label=text) for text in "abab"]
    assert Classification(["a", "b"]).baseline(one, one) == 1
    none = [Example(text, label=label) for text, label in ("!x", "?y")]
    with pytest.raises(UserError, match="learns nothing"):
        Classification(["x", "y"]).baseline(none, none)


@pytest.mark.slow
@pytest.mark.parametrize("teacher", [[], ["teacher"]], ids=str)
def test_two_devices_train_as_one(teacher):
    script = Path(__file__).with_name("mirrored_finetune_case.py")
    done = subprocess.run(
        [sys.executable, script, *teacher], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    one, two = json.loads(done.stdout.splitlines()[-1])
    # Near to zero a sum of another order is a large part of a weight.
    assert two == pytest.approx(one, rel=1e-4, abs=1e-6)


@pytest.mark.slow
def test_each_device_has_a_share_of_every_models_loss():
    script = Path(__file__).with_name("mirrored_losses_case.py")
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert len(found) == 10
    for name, (one, two) in found.items():
        assert two == pytest.approx(one, rel=1e-5), name


@pytest.mark.slow
def test_the_base_configuration_trains(dev, tmp_path):
    keras.utils.set_random_seed(0)
    labels = sorted({e.label for e in dev})
    model = AlbertClassifier.from_preset("albert_base_v2", labels=labels)
    model.compile(keras.optimizers.SGD(1e-2))
    texts, targets = zip(*((e.text, e.label) for e in dev[:8]), strict=True)
    losses = [
        model.fit(list(texts), list(targets), verbose=0).history["loss"][0]
        for _ in range(4)
    ]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("after", [0, 1])
def test_a_loss_that_is_no_number_keeps_the_best_epoch(
    few, dev, tmp_path, monkeypatch, after
):
    """It ends the training in the epoch `after` those that were right."""
    real = BestEpoch.on_train_batch_end

    def becomes_nan(self, batch, logs=None):
        if self._running > after:
            logs = {"loss": float("nan")}
        real(self, batch, logs)

    monkeypatch.setattr(BestEpoch, "on_train_batch_end", becomes_nan)
    options = FinetuneOptions(epochs=3, batch_size=16)
    message = f"the loss became nan at step 1 of epoch {after + 1}"
    with pytest.raises(UserError, match=message) as error:
        finetune("albert_pico", few, dev, tmp_path / "m", options)
    assert (tmp_path / "m").exists() == (after == 1)
    if after:
        assert f"epoch 1, the best before that, are in {tmp_path}" in str(
            error.value
        )
        assert AlbertClassifier.from_preset(tmp_path / "m").labels
