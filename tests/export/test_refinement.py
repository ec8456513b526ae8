"""Weights that are trained to be rounded."""

import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from commands import call

import export
from albert_tf.config import AlbertConfig
from albert_tf.data.example import Example
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.models import AlbertClassifier
from albert_tf.tokenizers import SentencePieceTokenizer
from export.packing import unpack

TEXTS = [f"text {k} has {'some' * (k % 3)} words" for k in range(24)]
EXAMPLES = [Example(text) for text in TEXTS]


@pytest.fixture(scope="module")
def model(randomize):
    keras.utils.set_random_seed(0)
    config = AlbertConfig(
        embedding_size=32,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=96,
        max_position_embeddings=40,
    )
    preprocessor = TextPreprocessor(SentencePieceTokenizer(), 40)
    return randomize(
        AlbertClassifier(config, ["a", "b", "c"], preprocessor=preprocessor)
    )


def dequantized(path):
    """The matrices of a file as the runtime reads them."""
    model = unpack(path.read_bytes())
    found = {}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            data = model.buffers[tensor.buffer].data
            kinds = (schema.TensorType.INT8, schema.TensorType.INT4)
            if data is None or tensor.type not in kinds:
                continue
            numbers = data.view("int8")
            if tensor.type == schema.TensorType.INT4:
                # Two in a byte, the lower half first.
                halves = np.stack([numbers << 4, numbers], -1)
                numbers = (halves >> 4).reshape(-1)
            quantization = tensor.quantization
            if quantization.details is None:
                scales = quantization.scale
            else:
                scales = graph.tensors[quantization.details.scales].buffer
                scales = model.buffers[scales].data.view("float16")
            shape = tuple(tensor.shape)
            whole = numbers.reshape(len(scales), -1).astype("float32")
            value = whole * scales.astype("float32")[:, None]
            found[tensor.buffer] = value.reshape(shape)
    return list(found.values())


MIXED = export.Quantization("int8", "int4", "int8", "int4")


@pytest.mark.parametrize("kind", ["int4", "int8", MIXED], ids=str)
def test_its_matrices_are_those_of_the_file(model, tmp_path, kind):
    before = {n: np.array(w) for n, w in model.named_weights().items()}
    refined = export.refine(model, EXAMPLES, kind, steps=3, batch_size=8)
    for name, weight in model.named_weights().items():
        np.testing.assert_array_equal(weight, before[name])
    export.to_tflite(refined, tmp_path / "model.tflite", kind)
    read = dequantized(tmp_path / "model.tflite")
    matrices = {
        name: np.asarray(weight)
        for name, weight in refined.named_weights().items()
        if len(weight.shape) == 2
    }
    assert len(read) == len(matrices) == 12
    for name, matrix in matrices.items():
        assert np.abs(matrix - before[name]).max() > 1e-3, name
        errors = [
            np.abs(other - one).max()
            for one in (matrix, matrix.T)
            for other in read
            if other.shape == one.shape
        ]
        assert min(errors) < 1e-6, name


def test_it_answers_more_like_the_model(model, tmp_path):
    """Than one whose matrices are only rounded."""
    refined = export.refine(
        model, EXAMPLES, "int4", steps=150, batch_size=8, learning_rate=2e-3
    )
    expected = model.predict(TEXTS, verbose=0)["logits"]
    errors = []
    for number, one in enumerate((model, refined)):
        path = tmp_path / f"{number}.tflite"
        export.to_tflite(one, path, "int4")
        predictor = export.load(path)
        rows = predictor.rows(EXAMPLES)
        outputs = np.stack(predictor.outputs(rows)["logits"])
        errors.append(np.square(outputs - expected).mean())
    assert errors[1] < errors[0] / 2


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("no part in int8 or int4", {"quantization": "float16"}),
        ("steps=0 must be at least 1", {"steps": 0}),
        ("learning_rate=-1 must be greater", {"learning_rate": -1}),
        ("no examples to refine", {"examples": []}),
    ],
)
def test_mistakes(model, words, arguments):
    with pytest.raises(UserError, match=words):
        export.refine(model, **{"examples": EXAMPLES, **arguments})


def test_the_command_refines_before_it_exports(model, tmp_path, capsys):
    model.save_preset(tmp_path / "model")
    (tmp_path / "texts.tsv").write_text("text\n" + "\n".join(TEXTS) + "\n")
    argv = ["export", tmp_path / "model", tmp_path / "m.tflite"]
    refine = ["--refine", tmp_path / "texts.tsv", "--refine-steps", 3]
    assert call([*argv, "--quantization", "int4", *refine]) == 0
    refined = export.refine(model, EXAMPLES, "int4", steps=3)
    export.to_tflite(refined, tmp_path / "expected.tflite", "int4")
    made, expected = (
        export.load(tmp_path / f"{name}.tflite").predict(TEXTS)
        for name in ("m", "expected")
    )
    for one, other in zip(made, expected, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-5)
    capsys.readouterr()
    for wrong, words in (
        (["--refine-steps", 3], "needs --refine"),
        ([*refine, "--compatible", "task-library"], "--compatible is float32"),
        ([*refine, "--format", "saved-model"], "a SavedModel is float32"),
    ):
        assert call([*argv, "--overwrite", *wrong]) == 2
        assert words in capsys.readouterr().err
