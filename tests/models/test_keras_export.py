"""`model.export` without a signature, as Keras users write it."""

import dataclasses

import numpy as np
import pytest
from small_target import VOCABULARY

from albert_tf.models import (
    AlbertClassifier,
    AlbertEncoder,
    AlbertMultipleChoice,
    AlbertPretrainer,
    model_classes,
)

pytestmark = pytest.mark.slow

LABELS = {"AlbertRegressor": ["score"], "AlbertTranslator": VOCABULARY}
CLASSES = sorted(
    name
    for name, model_class in model_classes().items()
    if "head" in vars(model_class)
    and model_class.__module__.startswith("albert_tf.")
)
FAST = ("AlbertClassifier", "AlbertMultipleChoice")
every_class = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] * (name not in FAST))
        for name in CLASSES
    ],
)


def _make(name, config):
    model_class = model_classes()[name]
    labels = LABELS.get(name, ["a", "b", "c"])
    names = getattr(model_class, "label_axes", {})
    positions = {"max_position_embeddings": 260}  # as a translator needs
    config = dataclasses.replace(config, **positions)
    return model_class(config, **{name: labels for name in names})


def _inputs(model, batch=2, length=7):
    rng = np.random.default_rng(0)
    shape = (batch, length)
    if isinstance(model, AlbertMultipleChoice):
        shape = (batch, 4, length)
    mask = np.ones(shape, "int32")
    mask[0, ..., 5:] = 0
    inputs = {
        "token_ids": rng.integers(0, 50, shape, "int32"),
        "segment_ids": rng.integers(0, 2, shape, "int32"),
        "padding_mask": mask,
    }
    if isinstance(model, AlbertPretrainer):
        inputs["masked_positions"] = np.array([[1, 3, 0]] * batch, "int32")
    return inputs


def _assert_same(actual, expected):
    assert sorted(actual) == sorted(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(
            actual[name], value, rtol=0, atol=1e-5, err_msg=name
        )


@every_class
def test_saved_model(tiny, tmp_path, name):
    import tensorflow as tf

    model = _make(name, tiny)
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "saved"))
    for sizes in ({}, {"batch": 3, "length": 9}):
        inputs = _inputs(model, **sizes)
        _assert_same(served.serve(inputs), model(inputs))


@every_class
def test_litert(tiny, tmp_path, name):
    from ai_edge_litert.interpreter import Interpreter

    model = _make(name, tiny)
    path = tmp_path / "model.tflite"
    model.export(path, format="litert", verbose=False)
    run = Interpreter(str(path)).get_signature_runner()
    for sizes in ({}, {"batch": 3, "length": 9}):
        inputs = _inputs(model, **sizes)
        _assert_same(run(**inputs), model(inputs))


@pytest.mark.parametrize(
    "changes",
    [{"hidden_act": "silu"}, {"rematerialize": True}, {"shared_norms": False}],
    ids=str,
)
def test_what_is_hard_to_save(tiny, tmp_path, changes):
    import tensorflow as tf

    rematerialize = changes.get("rematerialize", False)
    changes = {k: v for k, v in changes.items() if k != "rematerialize"}
    config = dataclasses.replace(tiny, **changes)
    model = AlbertClassifier(config, ["a", "b"], rematerialize=rematerialize)
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "saved"))
    _assert_same(served.serve(_inputs(model)), model(_inputs(model)))


def test_signature_of_the_user(tiny, tmp_path):
    import keras
    import tensorflow as tf

    model = AlbertEncoder(tiny)
    names = ("token_ids", "segment_ids", "padding_mask")
    signature = {
        name: keras.InputSpec(dtype="int32", shape=(None, 7), name=name)
        for name in names
    }
    model.export(tmp_path / "saved", "tf_saved_model", False, [signature])
    served = tf.saved_model.load(str(tmp_path / "saved"))
    specs = served.signatures["serving_default"].structured_input_signature[1]
    assert specs["token_ids"].shape.as_list() == [None, 7]
