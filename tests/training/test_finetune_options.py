"""Every option of fine-tuning does what it says."""

import dataclasses
import json

import keras
import numpy as np
import pytest

from albert_tf.errors import UserError
from albert_tf.models import load_model
from albert_tf.recipes import snips
from albert_tf.training.finetune import finetune
from albert_tf.training.finetune_options import FinetuneOptions
from albert_tf.training.focal_crossentropy import FocalCrossentropy

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:the weights of"),
    pytest.mark.usefixtures("eager"),
]

OPTIONS = FinetuneOptions(
    epochs=2, batch_size=8, learning_rate=1e-3, dropout=0.0
)


@pytest.fixture(scope="module")
def examples():
    return snips.examples("train")[::200][:64]


@pytest.fixture
def train(examples, tmp_path):
    """Fine-tunes for 16 steps with some options changed."""

    def train(name="model", source="albert_pico", **changes):
        options = dataclasses.replace(OPTIONS, **changes)
        return finetune(
            source, examples, examples[:8], tmp_path / name, options
        )

    return train


def test_the_optimizer_follows_the_options(train):
    optimizer = train(warmup_share=0.25, weight_decay=0.3).model.optimizer
    assert optimizer.weight_decay == 0.3
    config = optimizer.get_config()["learning_rate"]["config"]
    assert config["peak_learning_rate"] == 1e-3
    assert config["total_steps"] == optimizer.iterations == 16
    assert config["warmup_steps"] == 4
    assert train("defaults").model.optimizer.weight_decay == 0.01


def test_optimizers_and_schedules_by_name(train):
    model = train(
        optimizer="sgd", schedule="cosine", restarts=1, weight_decay=0.2
    ).model
    optimizer = model.optimizer
    assert type(optimizer) is keras.optimizers.SGD
    assert (optimizer.momentum, optimizer.weight_decay) == (0.9, 0.2)
    assert optimizer.global_clipnorm == 1.0
    kernel, bias = model.logits_dense.kernel, model.logits_dense.bias
    assert optimizer._use_weight_decay(kernel)
    assert not optimizer._use_weight_decay(bias)
    rate = optimizer.get_config()["learning_rate"]
    assert rate["class_name"] == "WarmupCosineDecay"
    assert rate["config"]["restarts"] == 1


def test_lower_layers_and_l1(train):
    optimizer = train(layer_decay=0.5, l1=0.125, epochs=1).model.optimizer
    assert optimizer.l1 == 0.125
    assert optimizer.shrink == 0.01
    assert min(optimizer.rates.values()) == 0.5**2  # two layers
    assert max(optimizer.rates.values()) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"optimizer": "adamm"}, "optimizer='adamm' must be one of adadelta"),
        ({"schedule": "step"}, "schedule='step' must be one of linear, cosine"),
        ({"restarts": 1}, "restarts=1 needs schedule=cosine"),
        ({"label_smoothing": 1.0}, "label_smoothing=1.0 must be at least 0"),
        ({"focal_gamma": -1.0}, "focal_gamma=-1.0 must be at least 0"),
        ({"l1": -1.0}, "l1=-1.0 must be at least 0"),
        ({"layer_decay": 0.0}, "layer_decay=0.0 must be greater than 0"),
        ({"layer_decay": 1.5}, "layer_decay=1.5 must be greater than 0 and at"),
        ({"clip_norm": 0.0}, "clip_norm=0.0 must be greater than 0"),
    ],
)
def test_mistakes_in_options(train, options, message):
    with pytest.raises(UserError, match=message):
        train(**options)


def test_the_loss_follows_the_options(train):
    loss = train(label_smoothing=0.2, focal_gamma=1.5, epochs=1).model.loss
    assert type(loss) is FocalCrossentropy
    assert (loss.label_smoothing, loss.gamma) == (0.2, 1.5)


def test_pooling_is_kept_and_goes_on(train, tmp_path):
    """Into the directory, and into what is trained from there."""
    trained = train("mean", pooling="mean", epochs=1).model
    assert "encoder/pooler/kernel" not in trained.named_weights()
    assert train("cls", epochs=1).model.pooling == "cls"
    source = tmp_path / "mean"
    assert load_model(source).pooling == "mean"
    assert train("again", source, epochs=1).model.pooling == "mean"


def test_another_seed_is_another_model(train):
    """At such a rate the weights stay those that were drawn."""
    kernels = [
        train(
            f"{n}", learning_rate=1e-12, epochs=1, seed=seed
        ).model.logits_dense.kernel.numpy()
        for n, seed in enumerate([1, 1, 2])
    ]
    np.testing.assert_allclose(kernels[0], kernels[1], atol=1e-6)
    assert np.abs(kernels[0] - kernels[2]).max() > 0.01


def test_another_seed_is_another_order(train, tmp_path):
    """From the same weights and without dropout only the order differs."""
    train("first")
    config = tmp_path / "first/config.json"
    values = json.loads(config.read_text())
    config.write_text(json.dumps({**values, "classifier_dropout_prob": 0.0}))
    kernels = [
        train(
            f"{n}", tmp_path / "first", seed=seed
        ).model.logits_dense.kernel.numpy()
        for n, seed in enumerate([1, 1, 2])
    ]
    np.testing.assert_allclose(kernels[0], kernels[1], atol=1e-6)
    assert np.abs(kernels[0] - kernels[2]).max() > 1e-4
