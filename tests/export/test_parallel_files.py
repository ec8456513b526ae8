"""A file of two encoders side by side: each weight once, in one loop."""

import dataclasses

import numpy as np
import pytest
from test_tflite import TINY, float_constants, operators, parse

from albert_tf.models import AlbertClassifier, AlbertEarlyExitClassifier
from export import TFLiteModel, to_tflite

TWO = dataclasses.replace(TINY, num_parallel_encoders=2)


def test_int8_file_is_near_keras(features, randomize, tmp_path):
    """Far nearer than an answer that is always the same, or another text's."""
    model = randomize(AlbertClassifier(TWO, ["a", "b", "c"]), bias=0.05)
    to_tflite(model, tmp_path / "model.tflite", "int8")
    file = TFLiteModel(tmp_path / "model.tflite")
    x = [features(20, 60, seed=seed) for seed in range(20)]
    expected = np.concatenate([model(one)["logits"] for one in x])
    actual = np.concatenate([file(one)["logits"] for one in x])
    error = np.linalg.norm(actual - expected)
    assert error < 0.1 * np.linalg.norm(expected - expected.mean(0))


@pytest.mark.parametrize(
    "changes",
    [{}, {"num_hidden_groups": 2, "shared_norms": False}],
    ids=str,
)
def test_each_weight_is_there_once(features, randomize, tmp_path, changes):
    config = dataclasses.replace(TWO, **changes)
    model = randomize(AlbertClassifier(config, ["a", "b", "c"]))
    to_tflite(model, tmp_path / "model.tflite", "float32")
    file = parse(tmp_path / "model.tflite")
    assert operators(file)["WHILE"] == config.num_hidden_groups
    found = float_constants(file)
    for name, weight in model.named_weights().items():
        if len(weight.shape) == 2 and "query" in name:
            kernel = np.asarray(weight, "float32")
            places = [
                data
                for data in found
                if data in (kernel.tobytes(), kernel.T.tobytes())
            ]
            assert len(places) == 1, name
    for padding in (0, 7):  # 7: nothing but padding
        x = features(7, 60, padding)
        actual = TFLiteModel(tmp_path / "model.tflite")(x)["logits"]
        np.testing.assert_allclose(actual, model(x)["logits"], atol=1e-4)


@pytest.mark.parametrize("kind", ["int8", "int4"])
def test_a_layer_costs_no_bytes(randomize, tmp_path, kind):
    sizes = []
    for layers in (2, 12):
        config = dataclasses.replace(TWO, num_hidden_layers=layers)
        model = randomize(AlbertClassifier(config, ["a", "b"]))
        to_tflite(model, tmp_path / f"{layers}.tflite", kind)
        sizes.append((tmp_path / f"{layers}.tflite").stat().st_size)
    assert abs(sizes[1] - sizes[0]) < 4000  # ten layers would be 40,000


def test_early_exit_leaves_the_loop_of_both(features, randomize, tmp_path):
    model = randomize(AlbertEarlyExitClassifier(TWO, ["a", "b"]), bias=0.05)
    batches = [features(9, 60, seed=seed) for seed in range(8)]
    first = [np.asarray(model(x)["layer_logits"])[0, 0] for x in batches]
    sure = 1 / (1 + np.exp(-np.abs(np.subtract(*np.transpose(first)))))
    model.exit_threshold = float(np.median(sure))
    to_tflite(model, tmp_path / "model.tflite", "float32")
    file = TFLiteModel(tmp_path / "model.tflite")
    saved = set()
    for x in batches:
        expected = {k: np.asarray(v) for k, v in model(x, loop=True).items()}
        for name, value in file(x).items():
            np.testing.assert_allclose(value, expected[name], atol=1e-4)
        saved.add(float(expected["saved_layers"][0]))
    assert len(saved) > 1
