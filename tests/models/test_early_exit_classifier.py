"""A classifier that stops where it is sure, in Keras and as a loop."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.errors import UserError
from albert_tf.models import AlbertEarlyExitClassifier, load_model
from albert_tf.tasks.early_exit import EarlyExit

pytestmark = pytest.mark.backend_agnostic

LABELS = ["a", "b", "c"]


def model_of(tiny, **arguments):
    """One whose layers differ in what they say."""
    keras.utils.set_random_seed(1)
    config = dataclasses.replace(
        tiny, num_hidden_layers=4, initializer_range=0.5
    )
    return AlbertEarlyExitClassifier(config, LABELS, **arguments)


def answers(model, outputs, loop):
    task = EarlyExit(
        LABELS, model.exit_rule, model.exit_threshold, model.temperatures
    )
    outputs = {k: ops.convert_to_numpy(v) for k, v in outputs.items()}
    return task.answers(outputs, None, None)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"exit_threshold": 0.5},
        {"exit_threshold": 0.6, "temperatures": [2.0, 0.5, 1.0, 1.0]},
        {"exit_threshold": 0.0},
        {"exit_rule": "patience", "exit_threshold": 0},
        {"exit_rule": "patience", "exit_threshold": 1},
        {"exit_rule": "patience", "exit_threshold": 2},
    ],
    ids=str,
)
@pytest.mark.parametrize("pooling", ["cls", "mean"])
@pytest.mark.parametrize(
    "sharing",
    [
        {},
        {"num_hidden_groups": 2},
        {"num_hidden_groups": 2, "shared_norms": False},
        {"cross_layer_attention": True},
    ],
    ids=str,
)
def test_the_loop_stops_where_keras_says(
    tiny, batch, settings, pooling, sharing
):
    config = dataclasses.replace(tiny, **sharing)
    model = model_of(config, pooling=pooling, **settings)
    expected = answers(model, model(batch), loop=False)
    found = answers(model, model(batch, loop=True), loop=True)
    for one, other in zip(expected, found, strict=True):
        assert other.saved_layers == pytest.approx(one.saved_layers)
        assert other.scores == pytest.approx(one.scores, abs=1e-5)
    saved = {round(one.saved_layers, 2) for one in expected}
    if not settings:
        assert saved == {0}
    elif settings["exit_threshold"] == 0:
        assert saved == {0.75}


def test_texts_of_a_batch_stop_for_themselves(tiny, batch):
    model = model_of(tiny, exit_threshold=0.7)
    together = model(batch, loop=True)
    saved = ops.convert_to_numpy(together["saved_layers"])
    assert len({*saved.round(2)}) > 1
    for row in range(4):
        one = {k: v[row : row + 1] for k, v in batch.items()}
        alone = model(one, loop=True)
        for name in ("logits", "saved_layers"):
            np.testing.assert_allclose(
                ops.convert_to_numpy(alone[name])[0],
                ops.convert_to_numpy(together[name])[row],
                atol=1e-5,
            )


def test_the_loss_of_a_layer_counts_by_its_number(tiny, batch):
    model = model_of(tiny)
    model.compile("sgd")
    y = np.array([0, 1, 2, 1])
    outputs = model(batch)
    logits = ops.convert_to_numpy(outputs["layer_logits"]).astype("f8")
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    losses = -log_p[np.arange(4), :, y].mean(0)
    taught = np.exp(log_p[:, -1:])
    divergence = (taught * (log_p[:, -1:] - log_p)).sum(-1).mean(0)
    expected = np.average(losses + divergence, weights=[1, 2, 3, 4])
    assert model.evaluate(batch, y, verbose=0)[0] == pytest.approx(
        expected, rel=1e-4
    )
    weights = np.array([1.0, 0, 0, 0])
    rows = {k: v[:1] for k, v in batch.items()}
    alone = model.evaluate(rows, y[:1], verbose=0)[0]
    weighted = model.evaluate(batch, y, sample_weight=weights, verbose=0)[0]
    assert weighted == pytest.approx(alone / 4, rel=1e-4)


def test_settings_are_kept(tiny, tmp_path):
    settings = {
        "exit_rule": "patience",
        "exit_threshold": 2,
        "temperatures": [1.0, 2.0, 3.0, 4.0],
    }
    model = model_of(tiny, **settings)
    model.save_preset(tmp_path / "m")
    copy = load_model(tmp_path / "m")
    assert type(copy) is AlbertEarlyExitClassifier
    assert {k: getattr(copy, k) for k in settings} == settings
    for one, other in zip(model.weights, copy.weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"exit_rule": "luck"}, "exit_rule='luck' must be one of"),
        ({"temperatures": [1.0]}, "must be 4 numbers above 0, one a layer"),
        ({"temperatures": [1.0, 1, 1, 0]}, "must be 4 numbers above 0"),
    ],
)
def test_mistakes(tiny, wrong, message):
    with pytest.raises(UserError, match=message):
        model_of(tiny, **wrong)
