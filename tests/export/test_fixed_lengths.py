"""Files with a signature for each of a few lengths."""

import math

import keras
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

import export
from albert_tf import models
from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.tokenizers import SentencePieceTokenizer
from export.packing import unpack

LENGTHS = [32, 8, 16]
TEXTS = [
    "play some jazz",
    "Will it RAIN tomorrow in the whole of the north of the country?",
    "no",
    "Tom has a map of the town, and Ann does not know where he put it.",
]
PAIRS = [None, "It will rain.", "yes", "Where is it?"]
LABELS = {"labels": ["a", "b", "c"]}
MODELS = {
    "AlbertClassifier": LABELS,
    "AlbertCrfTagger": LABELS,
    "AlbertEarlyExitClassifier": {**LABELS, "exit_threshold": 0.4},
    "AlbertEmbedder": {},
    "AlbertIntentSlotTagger": {"labels": ["a", "b"], "intents": ["c", "d"]},
    "AlbertJointQuestionAnswerer": {},
    "AlbertMultilabelClassifier": LABELS,
    "AlbertPretrainer": {},
    "AlbertQuestionAnswerer": {},
    "AlbertRegressor": {},
    "AlbertTagger": LABELS,
}
NEEDS_PAIRS = {"AlbertQuestionAnswerer", "AlbertJointQuestionAnswerer"}
HAVE_TEXTS_ONLY = {
    "AlbertCrfTagger",
    "AlbertEmbedder",
    "AlbertIntentSlotTagger",
    "AlbertTagger",
}


def pairs_for(name):
    if name in NEEDS_PAIRS:
        return TEXTS[::-1]
    return None if name in HAVE_TEXTS_ONLY else PAIRS


@pytest.fixture(scope="module")
def make(randomize):
    def run(name):
        keras.utils.set_random_seed(0)
        config = AlbertConfig(
            embedding_size=8,
            hidden_size=16,
            num_hidden_layers=3,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=40,
        )
        preprocessor = TextPreprocessor(SentencePieceTokenizer(), 40)
        kind = getattr(models, name)
        return randomize(
            kind(config, **MODELS[name], preprocessor=preprocessor)
        )

    return run


def close(answer, other):
    """Whether two answers say the same, numbers but for rounding."""
    answer, other = (np.array(flat(one)) for one in (answer, other))
    return answer.shape == other.shape and all(
        math.isclose(float(a), float(b), rel_tol=1e-5, abs_tol=1e-4)
        if is_number(a)
        else a == b
        for a, b in zip(answer, other, strict=True)
    )


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def flat(value):
    if isinstance(value, dict):
        return [x for item in value.items() for x in flat(item)]
    if isinstance(value, list | tuple | np.ndarray):
        return [x for item in value for x in flat(item)]
    return [str(value)]


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_every_task_answers_as_with_any_length(make, tmp_path, name):
    model = make(name)
    paths = [tmp_path / "any.tflite", tmp_path / "fixed.tflite"]
    for path, lengths in zip(paths, (None, LENGTHS), strict=True):
        export.to_tflite(model, path, "float32", lengths=lengths)
    found = []
    for path in paths:
        predictor = export.load(path)
        assert predictor.preprocessor.max_length == (
            32 if path is paths[1] else 40
        )
        answers = predictor.predict(TEXTS, pairs_for(name))
        found.append([predictor.task.to_json(answer) for answer in answers])
    assert all(map(close, *found)), found


@pytest.fixture(scope="module")
def path(classifier, tmp_path_factory):
    """A classifier in int8 for three lengths."""
    path = tmp_path_factory.mktemp("fixed") / "model.tflite"
    export.to_tflite(classifier, path, "int8", lengths=LENGTHS)
    return path


def test_each_length_answers_as_keras_with_padding_or_without(
    classifier, features, tmp_path
):
    path = tmp_path / "float.tflite"
    export.to_tflite(classifier, path, "float32", lengths=LENGTHS)
    file = export.TFLiteModel(path)
    for length, padding in ((1, 0), (8, 0), (9, 3), (30, 0), (32, 31)):
        x = features(length, 30000, padding)
        np.testing.assert_allclose(
            file(x)["logits"], classifier(x)["logits"], rtol=0, atol=1e-5
        )


def test_rows_of_tokens_are_those_of_the_sequence(
    randomize, features, tmp_path
):
    config = AlbertConfig(vocab_size=60, hidden_size=64, num_attention_heads=2)
    encoder = randomize(models.AlbertEncoder(config))
    export.to_tflite(encoder, tmp_path / "m.tflite", "float32", lengths=[8, 16])
    x = features(9, 60)
    actual, expected = export.TFLiteModel(tmp_path / "m.tflite")(x), encoder(x)
    assert set(actual) == set(expected)
    for name in actual:
        np.testing.assert_allclose(
            actual[name], expected[name], rtol=0, atol=1e-4
        )


def test_signatures_and_shapes(path):
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    shapes = {}
    for signature in model.signatureDefs:
        graph = model.subgraphs[signature.subgraphIndex]
        tensors = [
            graph.tensors[one.tensorIndex]
            for one in (*signature.inputs, *signature.outputs)
        ]
        assert all(tensor.shapeSignature is None for tensor in tensors)
        shapes[signature.signatureKey.decode()] = {
            tuple(tensor.shape) for tensor in tensors
        }
    assert shapes == {f"length_{n}": {(1, n), (1, 3)} for n in (8, 16, 32)}


def buffers(path):
    """What is stored, with the tensors that it is the content of."""
    model = unpack(path.read_bytes())
    found = {}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            found.setdefault(tensor.buffer, []).append(tensor)
    return [
        (buffer.data.tobytes(), found.get(number, []))
        for number, buffer in enumerate(model.buffers)
        if buffer.data is not None
    ]


def test_each_matrix_is_there_once(classifier, path):
    """However many signatures read it; of positions the first 32."""
    found = [
        len(data)
        for data, tensors in buffers(path)
        if any(tensor.type == schema.TensorType.INT8 for tensor in tensors)
    ]
    positions, width = 32, classifier.config.embedding_size
    expected = [
        math.prod(weight.shape)
        for weight in classifier.weights
        if len(weight.shape) > 1 and "position" not in weight.path
    ]
    assert sorted(found) == sorted([*expected, positions * width])


@pytest.mark.parametrize("kind", ["float32", "float16", "int8", "int4"])
def test_five_lengths_take_what_one_takes(randomize, tmp_path, kind):
    """The sizes are such that positions and scales are a good part."""
    config = AlbertConfig(
        vocab_size=2000,
        embedding_size=64,
        hidden_size=256,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=512,
    )
    encoder = randomize(models.AlbertEncoder(config))
    stored, rest = {}, {}
    for lengths in ((384,), (16, 32, 64, 128, 384)):
        path = tmp_path / f"{len(lengths)}.tflite"
        export.to_tflite(encoder, path, kind, lengths=lengths)
        number = len(lengths)
        stored[number] = sum(len(data) for data, _ in buffers(path))
        rest[number] = path.stat().st_size - stored[number]
    assert stored[1] <= stored[5] < 1.01 * stored[1]
    # Operators and names; scales, if each graph had them, as much again.
    assert rest[5] - rest[1] < 4 * 22_000


def test_longer_texts_are_cut(path):
    predictor = export.load(path)
    predictor.predict(["a b c d e f g h " * 10])
    assert predictor.truncated == 1
    with pytest.raises(UserError, match="33 tokens must have at most 32"):
        export.TFLiteModel(path)(
            {
                name: np.ones((1, 33), "int32")
                for name in ("token_ids", "segment_ids", "padding_mask")
            }
        )


@pytest.mark.parametrize("lengths", [[], [8, 8], [2, 8], [8, 513]])
def test_lengths_fit_the_model(classifier, tmp_path, lengths):
    with pytest.raises(
        UserError, match="must be different numbers from 3 to the model's 512"
    ):
        export.to_tflite(classifier, tmp_path / "m.tflite", lengths=lengths)
    assert not any(tmp_path.iterdir())


def test_multiple_choice_has_none(randomize, tmp_path):
    config = AlbertConfig(vocab_size=60, hidden_size=64, num_attention_heads=2)
    model = models.AlbertMultipleChoice(config)
    with pytest.raises(UserError, match="takes any number of choices"):
        export.to_tflite(model, tmp_path / "m.tflite", lengths=[8])
