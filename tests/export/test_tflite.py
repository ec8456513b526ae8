import dataclasses
from collections import Counter

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema

from albert_tf.config import ACTIVATIONS, AlbertConfig
from albert_tf.data.features import INPUTS
from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertClassifier,
    AlbertEncoder,
    AlbertMultipleChoice,
)
from export import TFLiteModel, to_tflite

TINY = AlbertConfig(
    vocab_size=60,
    embedding_size=8,
    hidden_size=16,
    num_hidden_layers=4,
    num_attention_heads=2,
    intermediate_size=32,
)


def parse(path):
    return schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)


def operators(model):
    """How often each operator occurs, in all subgraphs."""
    names = {
        value: name
        for name, value in vars(schema.BuiltinOperator).items()
        if not name.startswith("_")
    }
    codes = [
        names[max(code.builtinCode, code.deprecatedBuiltinCode)]
        for code in model.operatorCodes
    ]
    return Counter(
        codes[operator.opcodeIndex]
        for graph in model.subgraphs
        for operator in graph.operators
    )


def float_constants(model):
    """Buffers of numbers that can be weights, however many tensors read it."""
    places = {
        tensor.buffer
        for graph in model.subgraphs
        for tensor in graph.tensors
        if tensor.type == schema.TensorType.FLOAT32
    }
    buffers = [model.buffers[place].data for place in sorted(places)]
    return [bytes(data) for data in buffers if data is not None]


@pytest.mark.parametrize("length", [1, 5, 64, 512])
def test_float_file_equals_keras(classifier, files, features, length):
    x = features(length, 30000, padding=length // 3)
    expected = classifier(x)["logits"]
    actual = TFLiteModel(files["float32"])(x)["logits"]
    np.testing.assert_allclose(actual, expected, atol=1e-5)


def test_int8_file_is_near_keras(features, randomize, tmp_path):
    """Far nearer than an answer that is always the same, or another text's."""
    # Small biases, or they alone would nearly tell the answer.
    model = randomize(AlbertClassifier(TINY, ["a", "b", "c"]), bias=0.05)
    to_tflite(model, tmp_path / "model.tflite", "int8")
    file = TFLiteModel(tmp_path / "model.tflite")
    x = [features(20, 60, seed=seed) for seed in range(20)]
    expected = np.concatenate([model(one)["logits"] for one in x])
    actual = np.concatenate([file(one)["logits"] for one in x])
    error = np.linalg.norm(actual - expected)
    assert error < 0.1 * np.linalg.norm(expected - expected.mean(0))


VARIANTS = [
    dataclasses.replace(TINY, num_hidden_groups=2, inner_group_num=2),
    dataclasses.replace(TINY, embedding_size=16),
    dataclasses.replace(TINY, sharing="attention"),
    dataclasses.replace(TINY, sharing="none"),
    dataclasses.replace(
        TINY,
        num_hidden_layers=5,
        num_hidden_groups=2,
        inner_group_num=2,
        shared_norms=False,
    ),
    dataclasses.replace(TINY, sharing="attention", shared_norms=False),
    *(dataclasses.replace(TINY, hidden_act=name) for name in ACTIVATIONS),
]


@pytest.mark.slow
@pytest.mark.parametrize("config", VARIANTS, ids=str)
def test_every_variant_exports(config, features, randomize, tmp_path):
    encoder = randomize(AlbertEncoder(config))
    to_tflite(encoder, tmp_path / "model.tflite", "float32")
    model = TFLiteModel(tmp_path / "model.tflite")
    assert model.bundle.preprocessor is None
    for padding in (0, 3, 7):  # 7: nothing but padding
        x = features(7, 60, padding)
        actual, expected = model(x), encoder(x)
        assert set(actual) == {"sequence_output", "pooled_output"}
        for name in actual:
            np.testing.assert_allclose(actual[name], expected[name], atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        {"dtype": "mixed_bfloat16"},
        {"dtype": "mixed_float16"},
        {"rematerialize": True},
    ],
    ids=str,
)
def test_what_was_for_training_only_does_not_matter(
    arguments, features, randomize, tmp_path
):
    config = dataclasses.replace(TINY, sharing="none")
    trained = randomize(AlbertEncoder(config, **arguments))
    plain = randomize(AlbertEncoder(config))
    to_tflite(trained, tmp_path / "model.tflite", "float32")
    x = features(7, 60)
    actual = TFLiteModel(tmp_path / "model.tflite")(x)
    for name, expected in plain(x).items():
        np.testing.assert_allclose(actual[name], expected, atol=1e-4)


def test_multiple_choice_exports(randomize, features, tmp_path):
    model = randomize(AlbertMultipleChoice(TINY))
    to_tflite(model, tmp_path / "model.tflite", "float32")
    rows = [features(7, TINY.vocab_size, seed=seed) for seed in range(4)]
    inputs = {n: np.stack([row[n][0] for row in rows])[None] for n in rows[0]}
    outputs = TFLiteModel(tmp_path / "model.tflite")(inputs)
    np.testing.assert_allclose(
        outputs["logits"], model(inputs)["logits"], rtol=0, atol=1e-5
    )


def test_mean_of_the_tokens_exports(randomize, features, tmp_path):
    model = AlbertClassifier(TINY, ["a", "b", "c"], pooling="mean")
    to_tflite(randomize(model), tmp_path / "model.tflite", "float32")
    file = TFLiteModel(tmp_path / "model.tflite")
    for length, padding in ((1, 0), (5, 2), (60, 7), (9, 9)):
        x = features(length, TINY.vocab_size, padding)
        np.testing.assert_allclose(
            file(x)["logits"], model(x)["logits"], rtol=0, atol=1e-5
        )
    assert "CUSTOM" not in operators(parse(tmp_path / "model.tflite"))


@pytest.mark.parametrize(
    "changes",
    [{}, {"num_hidden_groups": 2, "inner_group_num": 2}],
    ids=str,
)
def test_the_last_layer_is_computed_for_the_first_token_alone(
    randomize, features, changes
):
    """Where nobody reads the others; in a graph of any length."""
    config = dataclasses.replace(TINY, **changes)
    encoder = randomize(AlbertEncoder(config))
    signature = {
        name: tf.TensorSpec((1, None), tf.int32, name=name) for name in INPUTS
    }

    @tf.function(input_signature=[signature])
    def run(x):
        return encoder(x, loop=True, first_only=True)

    for length, padding in ((7, 0), (9, 4), (1, 0)):
        x = features(length, 60, padding)
        actual, expected = run(x), encoder(x)
        assert actual["sequence_output"].shape == (1, 1, 16)
        np.testing.assert_allclose(
            actual["pooled_output"],
            expected["pooled_output"],
            rtol=0,
            atol=1e-5,
        )


def test_refuses_longer_sequences_than_positions(files, features):
    with pytest.raises(UserError, match="513 tokens must have at most 512"):
        TFLiteModel(files["int8"])(features(513, 30000))


def test_says_nothing_on_the_terminal(classifier, files, tmp_path, capfd):
    to_tflite(classifier, tmp_path / "model.tflite")
    TFLiteModel(tmp_path / "model.tflite")
    assert capfd.readouterr() == ("", "")


def test_same_model_same_file(classifier, files, tmp_path):
    to_tflite(classifier, tmp_path / "again.tflite", "int8")
    again = (tmp_path / "again.tflite").read_bytes()
    assert again == files["int8"].read_bytes()


@pytest.mark.parametrize("quantization", ["float32", "int8"])
def test_only_builtin_operators_and_one_loop(files, quantization):
    found = operators(parse(files[quantization]))
    assert "CUSTOM" not in found
    assert found["WHILE"] == 1


def test_two_groups_are_two_loops(tmp_path):
    config = dataclasses.replace(TINY, num_hidden_groups=2)
    to_tflite(AlbertEncoder(config), tmp_path / "model.tflite", "float32")
    assert operators(parse(tmp_path / "model.tflite"))["WHILE"] == 2


@pytest.mark.slow
@pytest.mark.parametrize("quantization", ["float32", "int8"])
def test_vectors_of_each_layer_cost_no_accuracy_and_no_work(
    randomize, features, tmp_path, quantization
):
    """Wide enough that the converter would quantize tables of them."""
    rows = [features(20, 60, seed=seed) for seed in range(10)]
    batch = {
        name: np.concatenate([row[name] for row in rows]) for name in rows[0]
    }
    found, errors = {}, {}
    for shared in (True, False):
        config = dataclasses.replace(TINY, hidden_size=512, shared_norms=shared)
        model = randomize(AlbertEncoder(config, pooler=False), bias=0.05)
        path = tmp_path / f"{shared}.tflite"
        to_tflite(model, path, quantization)
        found[shared] = operators(parse(path))
        file = TFLiteModel(path)
        actual = np.concatenate([file(row)["sequence_output"] for row in rows])
        expected = model(batch)["sequence_output"]
        errors[shared] = np.linalg.norm(actual - expected)
    assert errors[False] < 1.5 * errors[True]
    for name in ("FULLY_CONNECTED", "DEQUANTIZE", "WHILE"):
        assert found[False][name] == found[True][name], name


def test_each_weight_is_there_once(classifier, files):
    """By size, above that of the vectors, which the converter folds."""
    least = 300
    expected = [4 * int(np.prod(w.shape)) for w in classifier.weights]
    found = [*map(len, float_constants(parse(files["float32"])))]
    assert Counter(n for n in found if n > least) == Counter(
        n for n in expected if n > least
    )


def test_sizes_are_what_sharing_promises(classifier, files):
    parameters = classifier.count_params()
    bundle = 500_000  # the vocabulary, compressed, and the graph
    assert files["float32"].stat().st_size <= 4 * parameters + bundle
    assert files["int8"].stat().st_size <= 1.06 * parameters + bundle


def test_signature_has_the_models_names(files):
    model = parse(files["int8"])
    (signature,) = model.signatureDefs
    assert signature.signatureKey == b"serving_default"
    assert {i.name for i in signature.inputs} == {
        b"token_ids",
        b"segment_ids",
        b"padding_mask",
    }
    assert [o.name for o in signature.outputs] == [b"logits"]


def test_refuses_unknown_quantization(classifier, tmp_path):
    with pytest.raises(UserError, match="'int3' must be one of float32, "):
        to_tflite(classifier, tmp_path / "model.tflite", "int3")


def test_refuses_to_overwrite(classifier, files):
    before = files["int8"].read_bytes()
    with pytest.raises(UserError, match="exists already"):
        to_tflite(classifier, files["int8"], "float32")
    assert files["int8"].read_bytes() == before
