"""A fine-tuning that was interrupted goes on and ends the same."""

import dataclasses
import json

import numpy as np
import pytest

from albert_tf.errors import UserError
from albert_tf.evaluation.score import Score
from albert_tf.models import load_model
from albert_tf.recipes import snips
from albert_tf.tasks.classification import Classification
from albert_tf.training.checkpoint_store import CheckpointStore
from albert_tf.training.finetune import finetune
from albert_tf.training.finetune_options import FinetuneOptions
from albert_tf.training.unfinished import Unfinished

pytestmark = [
    pytest.mark.filterwarnings("ignore:the weights of"),
    pytest.mark.usefixtures("eager"),
]

OPTIONS = FinetuneOptions(epochs=3, batch_size=8, learning_rate=1e-3)


@pytest.fixture(scope="module")
def examples():
    return snips.examples("train")[::1000]


@pytest.fixture
def train(examples, tmp_path):
    def train(name="model", options=OPTIONS, examples=examples, **arguments):
        return finetune(
            "albert_pico",
            examples,
            examples[:8],
            tmp_path / name,
            options,
            **arguments,
        )

    return train


class KilledError(Exception):
    """As if the process had ended there."""


@pytest.fixture
def kill(monkeypatch):
    """Ends trainings in the middle of an epoch, without a word."""

    def kill(epoch):
        def begin(self, number, logs=None):
            if number + 1 == epoch:
                raise KilledError

        monkeypatch.setattr(Unfinished, "on_epoch_begin", begin, raising=False)

    return kill


def state_of(model):
    return [v.numpy() for v in (*model.variables, *model.optimizer.variables)]


@pytest.mark.parametrize("epoch", [2, 3])
def test_ends_with_the_same_bits(train, kill, tmp_path, epoch):
    whole = train("whole")
    kill(epoch)
    with pytest.raises(KilledError):
        train()
    assert not (tmp_path / "model").exists()
    kill(None)
    result = train(resume=True)
    assert result.history == whole.history
    assert (result.epochs, result.best_epoch) == (3, whole.best_epoch)
    assert result.score.figures == whole.score.figures
    for one, other in zip(
        state_of(result.model), state_of(whole.model), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    reports = [
        json.loads((tmp_path / name / "report.json").read_text())
        for name in ("model", "whole")
    ]
    assert reports[0] == reports[1]
    assert not (tmp_path / "model.unfinished").exists()


def test_keeps_a_best_epoch_from_before(train, kill, tmp_path, monkeypatch):
    """As the epochs after it are scored worse."""
    figures = iter([0.9, 0.9, 0.3, 0.2])
    monkeypatch.setattr(
        Classification, "score", lambda *_: Accuracy(next(figures))
    )
    kill(2)
    with pytest.raises(KilledError):
        train()
    saved = CheckpointStore(tmp_path / "model.unfinished").load_newest()
    kill(None)
    result = train(resume=True)
    assert result.history["val_accuracy"] == [0.9, 0.3, 0.2]
    assert (result.best_epoch, result.score.value) == (1, 0.9)
    best = [v for k, v in sorted(saved.arrays.items()) if k.startswith("best")]
    for one, other in zip(result.model.get_weights(), best, strict=True):
        np.testing.assert_array_equal(one, other)


@dataclasses.dataclass(frozen=True)
class Accuracy(Score):
    value: float
    examples = 8

    @property
    def figures(self):
        return {"accuracy": self.value}


def test_an_interruption_saves_and_goes_on(train, monkeypatch, tmp_path):
    def interrupt(self, number, logs=None):
        if number == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Unfinished, "on_epoch_begin", interrupt, raising=False)
        first = train()
    assert first.interrupted
    assert first.epochs == 1
    assert load_model(tmp_path / "model").labels == first.model.labels
    result = train(resume=True)
    assert result.epochs == 3
    assert not result.interrupted
    report = json.loads((tmp_path / "model/report.json").read_text())
    assert report["epochs"] == 3


def test_nothing_to_go_on_with_is_a_beginning(train, tmp_path):
    assert train(resume=True).epochs == 3
    with pytest.raises(UserError, match="model: exists"):
        train(resume=True)


def test_is_not_begun_anew_by_oversight(train, kill, tmp_path):
    kill(2)
    with pytest.raises(KilledError):
        train()
    kill(None)
    with pytest.raises(UserError, match="--resume goes on with it, --overwri"):
        train()
    with pytest.raises(UserError, match="all 0 examples have no"):
        train(examples=[], overwrite=True)  # which costs nothing
    assert (tmp_path / "model.unfinished").exists()
    assert train(overwrite=True).epochs == 3
    assert not (tmp_path / "model.unfinished").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"options": dataclasses.replace(OPTIONS, seed=1)}, "seed=0, not 1"),
        (
            {"options": dataclasses.replace(OPTIONS, epochs=4)},
            "epochs=3, not 4",
        ),
        (
            {"examples": snips.examples("train")[::1000][::-1]},
            "checksum of the exa",
        ),
    ],
)
def test_another_training_is_told(train, kill, tmp_path, change, message):
    kill(2)
    with pytest.raises(KilledError):
        train()
    kill(None)
    with pytest.raises(UserError, match=message):
        train(**change, resume=True)
    assert (tmp_path / "model.unfinished").exists()


def test_damage_is_told(train, kill, tmp_path):
    kill(2)
    with pytest.raises(KilledError):
        train()
    kill(None)
    (state,) = (tmp_path / "model.unfinished").glob("step-*")
    (state / "state.safetensors").write_bytes(b"half")
    with (
        pytest.raises(UserError, match="all 1 checkpoints are damaged"),
        pytest.warns(UserWarning, match="is damaged"),
    ):
        train(resume=True)
