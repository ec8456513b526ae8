import dataclasses

import keras
import numpy as np
import pytest

from albert_tf.config import AlbertConfig
from albert_tf.models import AlbertEncoder
from albert_tf.training.adamw import AdamW
from albert_tf.training.lamb import Lamb
from albert_tf.training.muon import Muon
from albert_tf.training.optimizers import make_optimizer
from albert_tf.training.pretrain_options import PretrainOptions
from albert_tf.training.pretrain_schedule import make_schedule


def rates(**options):
    schedule = make_schedule(PretrainOptions(**options))
    return np.array([float(schedule(step)) for step in range(81)])


def test_the_rate_rises_in_the_warm_up():
    """By default in 2.5 % of the steps."""
    made = rates(steps=80, learning_rate=0.8)
    np.testing.assert_allclose(made[:3], [0, 0.4, 0.78], rtol=1e-6)
    made = rates(steps=80, learning_rate=0.8, warmup_steps=8)
    np.testing.assert_allclose(made[[0, 4, 8]], [0, 0.4, 0.72], rtol=1e-6)
    assert rates(steps=80, learning_rate=0.8, warmup_steps=0)[0] > 0.79


def test_the_rate_falls_to_nothing():
    linear = rates(steps=80, learning_rate=0.8)
    np.testing.assert_allclose(linear[[40, 80]], [0.4, 0], atol=1e-6)
    cosine = rates(
        steps=80, learning_rate=0.8, warmup_steps=0, schedule="cosine",
        restarts=1,
    )  # fmt: skip
    np.testing.assert_allclose(
        cosine[[0, 20, 40, 60, 80]], [0.8, 0.4, 0.8, 0.4, 0], atol=1e-6
    )


def test_the_rate_of_the_paper_goes_with_the_root_of_the_batch():
    made = rates(steps=80, batch_size=1024, warmup_steps=0)
    assert made[0] == pytest.approx(0.00176 / 2)


@pytest.mark.parametrize(
    ("name", "kind", "decay"),
    [
        ("lamb", Lamb, "update_decay"),
        ("adamw", AdamW, "weight_decay"),
        ("muon", Muon, "weight_decay"),
    ],
)
def test_options_reach_the_optimizer(name, kind, decay):
    options = PretrainOptions(optimizer=name, weight_decay=0.3, clip_norm=0.7)
    optimizer = make_optimizer(options, 0.1)
    assert type(optimizer) is kind
    assert getattr(optimizer, decay) == 0.3
    assert optimizer.clip_norm == 0.7


@pytest.mark.parametrize("kind", [Lamb, AdamW, Muon])
def test_all_matrices_decay_and_no_vector_of_any_layer(kind):
    """Without a gradient nothing else moves a weight."""
    config = AlbertConfig.from_preset("albert_pico")
    model = AlbertEncoder(dataclasses.replace(config, shared_norms=False))
    for weight in model.weights:
        weight.assign(np.ones(weight.shape))
    nothing = [np.zeros(weight.shape, "float32") for weight in model.weights]
    kind(0.1, weight_decay=0.5).apply(nothing, model.trainable_weights)
    for weight in model.weights:
        is_matrix = len(weight.shape) == 2
        assert np.all(weight.numpy() < 1) == is_matrix, weight.path


def test_half_precision_has_a_scale():
    options = PretrainOptions(optimizer="adamw", precision="mixed_float16")
    optimizer = make_optimizer(options, 0.1)
    assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    assert type(optimizer.inner_optimizer) is AdamW
