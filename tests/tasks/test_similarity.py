"""Similarity, on the weights that we ship."""

import json

import numpy as np
import pytest
from commands import call

import export
from albert_tf.config import AlbertConfig
from albert_tf.data.example import Example
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.evaluation.sts import sts_spearman
from albert_tf.models import AlbertEmbedder
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor
from albert_tf.tasks.similarity import Similarity
from albert_tf.tokenizers import SentencePieceTokenizer

PAIRS = [
    ("A man is singing a song.", "A man sings.", 4.5),
    ("A man is singing a song.", "The price of oil fell.", 0.0),
    ("Two dogs run on the grass.", "Dogs are running on grass.", 4.8),
    ("Two dogs run on the grass.", "A man sings.", 0.4),
    ("The price of oil fell.", "Oil prices fell on Monday.", 3.6),
]
EXAMPLES = [Example(*pair) for pair in PAIRS]


@pytest.fixture(scope="module")
def embedder():
    return AlbertEmbedder.from_preset("albert_nano_books_en")


@pytest.fixture(scope="module")
def keras(embedder):
    return Predictor.of_model(embedder)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("similarity")
    rows = [("sentence1", "sentence2", "score"), *PAIRS]
    lines = ["\t".join(map(str, row)) + "\n" for row in rows]
    (home / "sts.tsv").write_text("".join(lines))
    (home / "bad.tsv").write_text("sentence1\tsentence2\tscore\na\tb\tmuch\n")
    argv = ["export", "albert_nano_books_en", home / "float.tflite"]
    argv += ["--task", "similarity", "--quantization", "float32"]
    assert call(argv) == 0
    return home


@pytest.fixture(scope="module")
def file(home):
    return export.load(home / "float.tflite")


def test_it_is_found_by_its_name():
    assert find_task("similarity") is Similarity


def test_pairs_get_their_cosine_and_texts_their_vector(embedder, keras):
    examples = [*EXAMPLES, Example("Alone."), EXAMPLES[0]]
    answers = keras.answers(examples)
    firsts, seconds = (
        embedder.embed([pair[k] for pair in PAIRS]) for k in (0, 1)
    )
    cosines = (firsts * seconds).sum(1)
    np.testing.assert_allclose(answers[:5], cosines, atol=1e-5)
    np.testing.assert_allclose(answers[5], embedder.embed("Alone."), atol=1e-5)
    assert answers[6] == pytest.approx(answers[0], abs=1e-5)
    assert np.ptp(cosines) > 0.03


def test_score_is_that_of_the_vectors(embedder, keras):
    report = keras.task.score(keras.answers(EXAMPLES), EXAMPLES)
    expected = sts_spearman(embedder.embed, EXAMPLES)
    assert report.figures["spearman"] == pytest.approx(expected)
    with pytest.raises(UserError, match="'Alone.' has no second"):
        keras.task.score([1.0], [Example("Alone.", None, 1.0)])


def test_the_file_answers_as_keras(keras, file):
    examples = [*EXAMPLES, Example("Alone.")]
    expected, actual = keras.answers(examples), file.answers(examples)
    for one, other in zip(expected, actual, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert keras.task.agreement(expected, actual) == 1
    assert keras.task.agreement(expected[:5], [0.0, *actual[1:5]]) == 0.8
    assert not keras.task.same(expected[5], -actual[5])


@pytest.mark.parametrize("pooling", ["cls", "pooled"])
@pytest.mark.parametrize("normalize", [True, False])
def test_a_file_of_every_pooling(pooling, normalize, tmp_path):
    model = AlbertEmbedder(
        AlbertConfig.from_preset("albert_pico"),
        TextPreprocessor(SentencePieceTokenizer(), 32),
        pooling=pooling,
        normalize=normalize,
    )
    export.to_tflite(model, tmp_path / "m.tflite", quantization="float32")
    texts = ["A man sings.", "Oil. " * 20, "x"]
    np.testing.assert_allclose(
        export.load(tmp_path / "m.tflite").predict(texts),
        model.embed(texts),
        atol=1e-5,
    )


def test_evaluate_needs_no_training(home, capsys):
    scores = []
    for model, task in (
        ("albert_nano_books_en", ["--task", "similarity"]),
        (home / "float.tflite", []),
    ):
        argv = ["evaluate", model, home / "sts.tsv", *task, "--json"]
        assert call(argv) == 0
        scores.append(json.loads(capsys.readouterr().out))
    assert scores[0]["examples"] == 5
    assert scores[0]["spearman"] == pytest.approx(scores[1]["spearman"])
    assert scores[0]["spearman"] > 0.5


def test_predict(home, capsys):
    argv = ["predict", home / "float.tflite", "A man sings."]
    assert call([*argv, "--pair", "A man is singing."]) == 0
    number, *texts = capsys.readouterr().out.rstrip().split("\t")
    assert 0.5 < float(number) < 1
    assert texts == ["A man sings.", "A man is singing."]
    assert call(argv) == 0
    assert "(256 numbers)\tA man sings." in capsys.readouterr().out


@pytest.mark.slow
def test_verified_export(home, capsys):
    argv = ["export", "albert_nano_books_en", home / "int8.tflite"]
    argv += ["--task", "similarity", "--verify", home / "sts.tsv"]
    assert call([*argv, "--threshold", 50]) == 0
    assert "spearman" in capsys.readouterr().out


def test_mistakes(home, capsys):
    for argv, message in (
        (
            ["evaluate", home / "float.tflite", home / "sts.tsv"]
            + ["--task", "regression"],
            "is for similarity; for regression write it",
        ),
        (
            ["evaluate", home / "float.tflite", home / "bad.tsv"],
            'bad.tsv:2: the label is "much"; numbers are needed',
        ),
        (
            ["evaluate", "albert_nano_books_en", home / "sts.tsv"]
            + ["--task", "similar"],
            "did you mean similarity",
        ),
    ):
        assert call(argv) == 2
        assert message in capsys.readouterr().err
