"""Variants of the encoder in a file for phones; see docs/variants.md."""

import dataclasses

import numpy as np
import pytest
from test_tflite import float_constants, operators, parse

from albert_tf.config import AlbertConfig
from albert_tf.models import AlbertClassifier
from export import TFLiteModel, to_tflite

CONFIG = AlbertConfig(
    vocab_size=60,
    embedding_size=32,
    hidden_size=128,
    num_hidden_layers=4,
    num_attention_heads=2,
    intermediate_size=256,
    max_position_embeddings=64,
)
CASES = [
    {"shared_norms": False, "layer_adapters": 8},
    {"cross_layer_attention": True},
    {"shared_norms": False, "cross_layer_attention": True},
    {"soft_segments": True},
]
every_variant = pytest.mark.parametrize("variant", CASES, ids=str)


@pytest.fixture(scope="module")
def make(randomize):
    def make(variant):
        config = dataclasses.replace(CONFIG, **variant)
        model = AlbertClassifier(config, ["a", "b", "c"])
        for weight in randomize(model, bias=0.05).weights:
            if weight.name.endswith("gate"):
                weight.assign(weight + 0.5)
            elif len(weight.shape) > 1:  # else attention is too sure of itself
                weight.assign(weight / 4)
        return model

    return make


def answers(model, rows):
    return np.concatenate([model(row)["logits"] for row in rows])


@every_variant
def test_float_file_equals_keras_in_one_loop(make, features, tmp_path, variant):
    model = make(variant)
    path = tmp_path / "model.tflite"
    to_tflite(model, path, "float32")
    rows = [
        features(n, 60, padding) for n, padding in ((1, 0), (20, 7), (9, 9))
    ]
    np.testing.assert_allclose(
        answers(TFLiteModel(path), rows), answers(model, rows), atol=1e-4
    )
    found = operators(parse(path))
    assert found["WHILE"] == 1
    assert "CUSTOM" not in found
    stored = sum(map(len, float_constants(parse(path))))
    assert abs(stored - 4 * model.count_params()) < 2000  # each weight once


@every_variant
def test_int8_file_is_near_keras_and_small(make, features, tmp_path, variant):
    model = make(variant)
    path = tmp_path / "model.tflite"
    to_tflite(model, path, "int8")
    rows = [features(20, 60, seed=seed) for seed in range(20)]
    expected = answers(model, rows)
    error = np.linalg.norm(answers(TFLiteModel(path), rows) - expected)
    assert error < 0.1 * np.linalg.norm(expected - expected.mean(0))
    file = parse(path)
    vectors = sum(w.shape[0] for w in model.weights if len(w.shape) == 1)
    assert sum(map(len, float_constants(file))) < 4 * vectors + 4000
    stored = sum(len(b.data) for b in file.buffers if b.data is not None)
    assert stored < model.count_params() + 3 * vectors + 8000
