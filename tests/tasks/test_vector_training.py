"""Vectors learned of pairs with numbers, of pairs alone and of triplets."""

import json

import numpy as np
import pytest
from commands import call

from albert_tf.data.example import Example
from albert_tf.errors import UserError
from albert_tf.models import AlbertEmbedder, load_model
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor
from albert_tf.training.finetune import finetune
from albert_tf.training.finetune_options import FinetuneOptions

TOPICS = [
    ("the cat sleeps", "a kitten naps"),
    ("we play football", "a game of soccer"),
    ("the price of oil", "what fuel costs"),
    ("it rains in spring", "wet weather in april"),
    ("she reads a novel", "a woman with a book"),
    ("the train is late", "a delay on the railway"),
]
TRIPLETS = [
    (*pair, TOPICS[(n + 1) % len(TOPICS)][1]) for n, pair in enumerate(TOPICS)
]
NUMBERS = [(*pair, 4.5) for pair in TOPICS] + [
    (first, TOPICS[(n + 2) % len(TOPICS)][1], 0.5)
    for n, (first, _) in enumerate(TOPICS)
]
DATA = {
    "similarity": (("sentence1", "sentence2", "score"), NUMBERS),
    "contrastive": (("text1", "text2"), TOPICS),
    "triplets": (("anchor", "positive", "negative"), TRIPLETS),
}
every_task = pytest.mark.parametrize("task", DATA)


def write(path, names, rows):
    lines = ["\t".join(map(str, row)) + "\n" for row in (names, *rows)]
    path.write_text("".join(lines))
    return path


@pytest.fixture
def data(tmp_path):
    return {
        task: write(tmp_path / f"{task}.tsv", *rows)
        for task, rows in DATA.items()
    }


def command(task, train, output, *more, dev=None):
    argv = ["finetune", "--task", task, "--model", "albert_pico"]
    argv += ["--train", train, "--dev", dev or train, "--output", output]
    return [*argv, *more]


@every_task
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the weights of")
def test_few_examples_are_learned_by_heart(task, data, tmp_path, capsys):
    """And the result is an embedder that all commands take."""
    more = ["--epochs", "60", "--learning-rate", "1e-3", "--batch-size", "12"]
    more += ["--dropout", "0", "--max-length", "16"]
    output = tmp_path / "out"
    assert call(command(task, data[task], output, *more)) == 0
    report = json.loads((output / "report.json").read_text())
    figure = find_task(task).figure
    scores = report.get("score", report)
    assert type(load_model(output)) is AlbertEmbedder
    capsys.readouterr()
    file = tmp_path / "m.tflite"
    argv = ["export", output, file, "--quantization", "float32"]
    argv += ["--verify", data[task], "--task", task]
    assert call(argv) == 0, scores
    capsys.readouterr()
    for model in (output, file):
        argv = ["evaluate", model, data[task], "--task", task, "--json"]
        assert call(argv) == 0
        score = json.loads(capsys.readouterr().out)
        assert score[figure] > 0.85
        argv = ["evaluate", model, data["similarity"], "--task", "similarity"]
        assert call([*argv, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["examples"] == 12
    texts = tmp_path / "texts.txt"
    texts.write_text("".join(f"{second}\n" for _, second in TOPICS))
    argv = ["search", texts, TOPICS[2][0], "--model", output, "--top", "1"]
    assert call(argv) == 0
    assert "\t3\twhat fuel costs" in capsys.readouterr().out


def test_temperature_reaches_the_loss(data, tmp_path):
    """The first loss of the same weights differs as the temperatures do."""
    task = find_task("contrastive")
    examples = task.read(data["contrastive"])
    losses = []
    for temperature in (None, 0.05, 5.0):
        options = FinetuneOptions(
            epochs=1, temperature=temperature, max_length=16, pooling="cls"
        )
        result = finetune(
            "albert_pico",
            examples,
            examples,
            tmp_path / str(temperature),
            options,
            task.of_examples(examples),
        )
        losses.append(result.history["loss"][0])
        assert result.model.pooling == "cls"
        assert {*result.score.figures} == {"recall@1", "recall@5"}
    assert losses[0] == losses[1]
    assert losses[2] == pytest.approx(np.log(6), abs=0.05)
    assert losses[0] != pytest.approx(losses[2], abs=1e-3)


def test_equal_texts_have_equal_numbers_and_any_is_right():
    task = find_task("contrastive")()
    pairs = [Example("a", "x"), Example("b", "x"), Example("a", "y")]
    np.testing.assert_array_equal(
        task.targets(pairs, None), [[0, 1], [2, 1], [0, 3]]
    )
    x, y = np.eye(2, dtype="float32")
    answers = [np.stack(pair) for pair in ((y, x), (x, x), (y, y))]
    assert task.score(answers, pairs).figures["recall@1"] == 1
    answers = [np.stack(pair) for pair in ((y, x), (y, x), (y, y))]
    assert task.score(answers, pairs).figures["recall@1"] == 2 / 3


def test_triplets_are_right_where_the_partner_is_nearer():
    task = find_task("triplets")()
    x, y = np.eye(2, dtype="float32")
    outputs = {"embedding": [x, x, y, x, y, x, x, x, x]}
    examples = [Example("a", "b", "c")] * 3
    answers = task.answers(outputs, None, examples)
    assert answers == [1, -1, 0]
    assert task.score(answers, examples).figures["accuracy"] == 1 / 3
    assert task.to_text(1.0, examples[0]) == "+1.0000\ta\tb\tc"
    assert task.to_json(1.0) == {"nearer": 1.0}


def test_texts_of_an_example_are_in_one_row(config_preprocessor):
    for task, sequences in (("similarity", 2), ("triplets", 3)):
        task = find_task(task)()
        examples = [Example("a b", "c", "d e")] * 2
        done = []
        preprocessor = config_preprocessor.with_progress(done.append)
        rows = task.training_rows(examples, preprocessor)
        features = rows.features(1)
        assert features["token_ids"].shape[:2] == (1, sequences)
        assert sum(done) == pytest.approx(2)
        assert len(task.rows(examples, preprocessor)) == 2 * sequences


@pytest.fixture
def config_preprocessor():
    from albert_tf.data.preprocessor import TextPreprocessor
    from albert_tf.tokenizers import SentencePieceTokenizer

    return TextPreprocessor(SentencePieceTokenizer(), 16)


def test_pairs_are_answered_with_their_cosine():
    predictor = Predictor.of_model(
        AlbertEmbedder.from_preset("albert_nano_books_en"),
        task_class=find_task("contrastive"),
    )
    (answer,) = predictor.predict(["a good film"], ["a fine movie"])
    assert answer.shape == (2, 256)
    number = predictor.task.to_json(answer)["similarity"]
    assert number == pytest.approx(float(answer[0] @ answer[1]), abs=1e-5)
    with pytest.raises(UserError, match="'a film' has no second"):
        predictor.predict(["a film"])


def test_a_text_without_a_partner_is_refused_at_once():
    task = find_task("contrastive")()
    assert task.example("a", "b") == Example("a", "b")
    with pytest.raises(UserError, match="'a' has no second one"):
        task.example("a")


@pytest.mark.filterwarnings("ignore:the weights of")
def test_mistakes(data, tmp_path, capsys):
    header = ("text1", "text2")
    labels = ("sentence1", "sentence2", "score")
    triple = ("anchor", "positive", "negative")
    files = {
        "single": (("text",), [("a",), ("b",)]),
        "half": (header, [("a", "b"), ("c", "")]),
        "one": (header, [("a", "b")]),
        "words": (labels, [("a", "b", "much"), ("c", "d", "1")]),
        "equal": (labels, [("a", "b", "1"), ("c", "d", "1")]),
        "ragged": (triple, [("a", "b", "c"), ("d", "e")]),
        "gap": (triple, [("a", "b", "c"), ("d", "e", "")]),
        "labelled": (labels, [("a", "b", "1"), ("c", "d", "0")]),
    }
    paths = {
        name: write(tmp_path / f"{name}.tsv", *rows)
        for name, rows in files.items()
    }
    for task, file, more, message in (
        ("contrastive", "single", [], "has no second texts"),
        ("contrastive", "half", [], "contrastive is about two texts; 'c' has"),
        ("contrastive", "one", [], "examples=1 must be at least 2"),
        ("contrastive", "labelled", [], '"score" looks like a label'),
        ("similarity", "words", [], 'words.tsv:2: the label is "much"'),
        ("similarity", "equal", [], "all of the 2 have the number 1.0"),
        ("similarity", "half", [], "no column has a usual name for the label"),
        ("triplets", "ragged", [], "ragged.tsv:3: 2 columns, but the header"),
        ("triplets", "gap", [], 'gap.tsv:3: "negative" is missing'),
        ("triplets", "one", [], 'has no column "anchor"'),
        (
            "contrastive",
            "half",
            ["--batch-size", "1"],
            "batch_size=1 must be at least 2 for contrastive",
        ),
        (
            "contrastive",
            "half",
            ["--temperature", "0"],
            "temperature=0.0 must be greater than 0",
        ),
        (
            "regression",
            "labelled",
            ["--temperature", "1"],
            "temperature=1.0 is for tasks that compare vectors; regression",
        ),
        (
            "triplets",
            "ragged",
            ["--pooling", "max"],
            "pooling='max' must be one of cls, mean, pooled",
        ),
    ):
        argv = command(task, paths[file], tmp_path / "out", *more)
        assert call(argv) == 2, message
        lines = capsys.readouterr().err.strip().splitlines()
        assert message in lines[-1]
    argv = ["predict", "albert_nano_books_en", "a", "--task", "triplets"]
    assert call(argv) == 2
    assert "--task similarity" in capsys.readouterr().err
