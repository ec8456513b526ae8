import dataclasses
import sys
from collections import Counter

import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from commands import call

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertClassifier,
    AlbertEncoder,
    AlbertMultipleChoice,
    AlbertPretrainer,
)
from export import Quantization, TFLiteModel, to_tflite
from export.bundle import read_bundle
from export.quantizer import quantize

# The shapes tell the parts apart, but for pooler and attention.
CONFIG = AlbertConfig(
    vocab_size=60,
    embedding_size=32,
    hidden_size=64,
    num_hidden_layers=4,
    num_attention_heads=2,
    intermediate_size=96,
    max_position_embeddings=50,
)
SHAPES = {
    "embeddings": {(60, 32): 1, (50, 32): 1, (64, 32): 1},
    "attention": {(64, 64): 4},
    "feed_forward": {(96, 64): 1, (64, 96): 1},
    "head": {(64, 64): 1, (3, 64): 1},
}
PARTS = list(SHAPES)
ALL_SHAPES = {shape for shapes in SHAPES.values() for shape in shapes}
KINDS = {"float32": 32, "float16": 16, "int8": 8, "int4": 4}


def float_file(model, path):
    to_tflite(model, path, "float32")
    return path.read_bytes()


@pytest.fixture(scope="module")
def content(randomize, tmp_path_factory):
    path = tmp_path_factory.mktemp("quantization") / "float.tflite"
    model = AlbertClassifier(CONFIG, ["a", "b", "c"])
    return float_file(randomize(model, bias=0.05), path)


def parse(content):
    return schema.ModelT.InitFromPackedBuf(bytes(content), 0)


def matrices(content):
    """How often a shape, a kind and a number of bytes are there."""
    model = parse(content)
    kinds = {code: name for name, code in vars(schema.TensorType).items()}
    found = {}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            data = model.buffers[tensor.buffer].data
            shape = tuple(map(int, () if data is None else tensor.shape))
            if shape in ALL_SHAPES and not tensor.name.endswith(b"_scales"):
                kind = kinds[tensor.type].lower()
                found[tensor.buffer] = (shape, kind, len(data))
    return Counter(found.values())


def expected(quantization, shapes=SHAPES):
    """What `matrices` is to find, by arithmetic."""
    return Counter(
        (shape, kind, shape[0] * shape[1] * KINDS[kind] // 8)
        for part, kind in dataclasses.asdict(quantization).items()
        for shape, number in shapes[part].items()
        for _ in range(number)
    )


NAMES = [*KINDS]
ROTATIONS = [
    Quantization(**dict(zip(PARTS, NAMES[k:] + NAMES[:k], strict=True)))
    for k in range(4)
]
WHOLE = [Quantization.of(kind) for kind in NAMES[1:]]


@pytest.mark.parametrize("quantization", [*ROTATIONS, *WHOLE], ids=str)
def test_each_part_is_stored_once_as_it_was_told(content, quantization):
    """Layers share: four of them have the matrices of one."""
    found = matrices(quantize(content, quantization))
    assert found == expected(quantization)


def operators(content):
    model = parse(content)
    codes = [
        max(code.builtinCode, code.deprecatedBuiltinCode)
        for code in model.operatorCodes
    ]
    return Counter(
        codes[operator.opcodeIndex]
        for graph in model.subgraphs
        for operator in graph.operators
    )


@pytest.mark.parametrize("kind", ["int8", "int4"])
def test_tables_are_read_by_lookups(content, kind):
    """Nothing is made float as a whole before it is read."""
    found = operators(quantize(content, Quantization.of(kind)))
    codes = schema.BuiltinOperator
    assert found[codes.EMBEDDING_LOOKUP] == 3
    assert found[codes.WHILE] == 1
    assert found[codes.DEQUANTIZE] == found[codes.CUSTOM] == 0


def test_inputs_are_quantized_from_least_to_greatest(content):
    """LiteRT 1.0 takes the larger of both for both unless it is told."""
    kinds = [
        operator.builtinOptions.asymmetricQuantizeInputs
        for graph in parse(quantize(content, Quantization())).subgraphs
        for operator in graph.operators
        if isinstance(operator.builtinOptions, schema.FullyConnectedOptionsT)
    ]
    assert len(kinds) == 9
    assert all(kinds)


@pytest.mark.parametrize("kind", ["int8", "int4"])
def test_a_layer_costs_no_bytes(randomize, tmp_path, kind):
    """Nor do the layers' own vectors cost more than they are in float32."""
    sizes = {}
    for layers in (1, 12):
        for shared in (True, False):
            config = dataclasses.replace(
                CONFIG, num_hidden_layers=layers, shared_norms=shared
            )
            path = tmp_path / f"{layers}{shared}.tflite"
            to_tflite(randomize(AlbertEncoder(config)), path, kind)
            sizes[layers, shared] = path.stat().st_size
    assert abs(sizes[12, True] - sizes[1, True]) < 4000  # the loop itself
    h, f = CONFIG.hidden_size, CONFIG.intermediate_size
    vectors = 11 * 4 * (4 * h + f + h + 4 * h)
    more = sizes[12, False] - sizes[12, True]
    assert vectors <= more < vectors + 8000  # operators that read them


def test_a_table_with_two_uses_is_one(randomize, tmp_path):
    """The head of the masked language model multiplies by it."""
    model = randomize(AlbertPretrainer(CONFIG), bias=0.05)
    content = float_file(model, tmp_path / "float.tflite")
    wanted = Quantization("int4", "int8", "int8", "int8")
    for quantization in (wanted, Quantization.of("int8"), ROTATIONS[1]):
        found = matrices(quantize(content, quantization))
        kind = quantization.embeddings
        table = (60, 32), kind, 60 * 32 * KINDS[kind] // 8
        assert found[table] == 1
        assert sum(n for (shape, *_), n in found.items() if shape == (60, 32))


@pytest.fixture(scope="module")
def trained():
    """Tells apart of which third of the vocabulary most tokens are."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 512)
    ids = rng.integers(0, 20, (512, 12)) + 20 * labels[:, None]
    noise = rng.random(ids.shape) < 0.4
    ids = np.where(noise, rng.integers(0, 60, ids.shape), ids)
    x = {
        "token_ids": ids.astype("int32"),
        "segment_ids": np.zeros_like(ids, "int32"),
        "padding_mask": np.ones_like(ids, "int32"),
    }
    model = AlbertClassifier(CONFIG, ["a", "b", "c"])
    model.compile(keras.optimizers.Adam(3e-3))
    model.fit(x, labels, epochs=8, batch_size=64, verbose=0)
    return model, x, labels


def test_a_trained_model_answers_the_same(trained, tmp_path):
    model, x, labels = trained
    expected = model.predict(x, verbose=0)["logits"][:150]
    right = (expected.argmax(1) == labels[:150]).mean()
    assert right > 0.9
    content = float_file(model, tmp_path / "float.tflite")
    spread = np.linalg.norm(expected - expected.mean(0))
    limits = {"float16": 0.002, "int8": 0.03, "int4": 0.25}
    for kind, limit in limits.items():
        run = runner(quantize(content, Quantization.of(kind)))
        rows = [{n: a[k : k + 1] for n, a in x.items()} for k in range(150)]
        actual = np.concatenate([run(**row)["logits"] for row in rows])
        assert np.linalg.norm(actual - expected) < limit * spread, kind
        agreement = (actual.argmax(1) == expected.argmax(1)).mean()
        assert agreement > 0.95, kind


def runner(content):
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    return interpreter.get_signature_runner("serving_default")


def test_tables_are_read_right_whatever_the_shape(
    randomize, features, tmp_path
):
    """Of ids in three axes, in a width that no block divides, and padded."""
    config = dataclasses.replace(CONFIG, embedding_size=24)
    model = randomize(AlbertMultipleChoice(config), bias=0.05)
    tables = Quantization("int4", "float32", "float32", "float32")
    for kind, limit in (("float16", 0.01), ("int8", 0.15), (tables, 0.8)):
        path = tmp_path / f"{limit}.tflite"
        to_tflite(model, path, kind)
        file = TFLiteModel(path)
        assert file.bundle.quantization == Quantization.of(kind)
        for length in (3, 40):
            rows = [features(length, 60, 1, seed) for seed in range(8)]
            x = {n: np.stack([r[n][0] for r in rows])[None] for n in rows[0]}
            wanted = np.array(model(x)["logits"])
            error = np.linalg.norm(file(x)["logits"] - wanted)
            assert error < limit * np.linalg.norm(wanted - wanted.mean())


def test_no_block_where_none_fits(content):
    """Widths of 32 k have blocks, others a scale for each row."""
    model = parse(quantize(content, Quantization.of("int4")))
    scales = sum(
        tensor.name.endswith(b"_scales")
        for graph in model.subgraphs
        for tensor in graph.tensors
    )
    assert scales == sum(sum(s.values()) for s in SHAPES.values()) + 1


@pytest.mark.slow
def test_the_base_size(tmp_path):
    """Without a vocabulary: what a megabyte is spent on."""
    encoder = AlbertEncoder(AlbertConfig.from_preset("albert_base_v2"))
    content = float_file(encoder, tmp_path / "float.tflite")
    parameters = encoder.count_params()
    int8 = len(quantize(content, Quantization.of("int8")))
    int4 = len(quantize(content, Quantization.of("int4")))
    assert parameters < int8 < 12.1e6
    assert parameters / 2 < int4 < 6.6e6


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("int3", "quantization='int3' must be one of float32, float16, int8"),
        (["int8"], "must be one of float32"),
        ({"embeddings": "int8"}, "must have embeddings, attention, feed_fo"),
        ({**dict.fromkeys(PARTS, "int8"), "tables": "int8"}, "must have emb"),
        ({**dict.fromkeys(PARTS, "int8"), "head": "int3"}, "head='int3' must"),
        ({**dict.fromkeys(PARTS, "int8"), "head": []}, r"head=\[\] must be"),
    ],
    ids=str,
)
def test_what_is_not_known(tmp_path, value, words):
    with pytest.raises(UserError, match=words) as caught:
        to_tflite(None, tmp_path / "model.tflite", value)
    assert "\n" not in str(caught.value)


def test_brief_is_what_it_is_made_of():
    for quantization in (*ROTATIONS, *WHOLE):
        assert Quantization.of(quantization.brief()) == quantization
    assert [quantization.brief() for quantization in WHOLE] == NAMES[1:]


def test_a_missing_package_is_one_line(content, monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_quantizer.quantizer", None)
    with pytest.raises(UserError, match="pip install 'albert-tf") as caught:
        quantize(content, Quantization())
    assert "\n" not in str(caught.value)


def test_the_command_takes_kinds_by_part(tmp_path, capsys):
    path = tmp_path / "nano.tflite"
    argv = ["export", "albert_nano_books_en", path, "--quantization", "int4"]
    assert call([*argv, "--embeddings", "int8"]) == 0
    bundle = read_bundle(path)
    assert bundle.quantization == Quantization("int8", "int4", "int4", "int4")
    capsys.readouterr()
    assert call([*argv, "--overwrite", "--head", "int3"]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "head='int3' must be one of float32, float16, int8, int4" in line
    assert call([*argv, "--overwrite", "--tables", "int8"]) == 2
