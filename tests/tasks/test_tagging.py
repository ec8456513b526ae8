"""Taggers go the whole way: trained, exported, asked."""

import json

import numpy as np
import pytest
from commands import call

import export
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.models import load_model
from albert_tf.tagging.tagged_text import TaggedText
from albert_tf.tasks.crf_tagging import CrfTagging
from albert_tf.tasks.predictor import Predictor
from albert_tf.tasks.tagging import Tagging
from albert_tf.tokenizers import SentencePieceTokenizer

pytestmark = pytest.mark.filterwarnings("ignore:the weights of")

CITIES = ["Paris", "New York", "São Paulo", "Rio"]
NAMES = ["Ann", "Bob Smith", "Zoë"]


def write(path, seed, count):
    """Sentences that say who goes where; a city's name may be two words."""
    rng = np.random.default_rng(seed)
    lines = []
    for _ in range(count):
        name, city = rng.choice(NAMES), rng.choice(CITIES)
        text = rng.choice(
            [
                f"{name} goes to {city} .",
                f"in {city} is {name}",
                "who is here ?",
            ]
        )
        entities = [
            [text.index(part), text.index(part) + len(part), kind]
            for part, kind in ((name, "person"), (city, "place"))
            if part in text
        ]
        row = {"text": text, "entities": entities}
        lines.append(json.dumps(row, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("tagging")
    write(home / "train.jsonl", 0, 160)
    write(home / "dev.jsonl", 1, 30)
    return home


@pytest.fixture(scope="module", params=["tagging", "crf_tagging"])
def trained(request, home):
    output = home / request.param
    argv = ["finetune", "--task", request.param]
    argv += ["--train", home / "train.jsonl", "--dev", home / "dev.jsonl"]
    argv += ["--model", "albert_pico", "--output", output]
    argv += ["--epochs", 12, "--learning-rate", "3e-3", "--dropout", 0]
    assert call([*argv, "--batch-size", 16]) == 0
    return output


def test_learns_and_says_what_of_each_kind(trained):
    report = json.loads((trained / "report.json").read_text())
    assert report["dev"]["f1"] > 0.95
    assert set(report["dev"]["classes"]) == {"person", "place"}


def test_shows_entities_in_brackets(trained, capsys):
    assert call(["predict", trained, "Bob Smith goes to Rio ."]) == 0
    out = capsys.readouterr().out
    assert out == "[Bob Smith](person) goes to [Rio](place) .\n"
    assert call(["predict", trained, "in Rio is Zoë", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(e["text"], e["start"], e["end"]) for e in found["entities"]] == [
        ("Rio", 3, 6),
        ("Zoë", 10, 13),
    ]
    assert all(0.5 < e["score"] <= 1 for e in found["entities"])


def test_the_file_answers_as_keras(trained, home, tmp_path):
    model = load_model(trained)
    path = tmp_path / "model.tflite"
    export.to_tflite(model, path)
    dev = type(Predictor.of_model(model).task).read(home / "dev.jsonl")
    report = export.verify(model, path, dev)
    assert report.agreement == 1
    long = "Ann goes to New York . " * 30  # longer than one sequence
    answer = export.load(path).predict([long])[0]
    kinds = [span.label for span in answer.spans]
    assert kinds == ["person", "place"] * 30
    assert all(long[s.start : s.end] == s.text for s in answer.spans)


def test_the_baseline_scores_the_tags_seen_before(home):
    train, dev = (Tagging.read(home / f"{x}.jsonl") for x in ("train", "dev"))
    found = Tagging.of_examples(train).baseline(train, dev)
    assert 0.5 < found <= 1


def test_knows_both_tags_of_each_kind():
    examples = [TaggedText.of_words(["Rio", "!"], ["B-place", "O"])]
    assert Tagging.of_examples(examples).labels == ["O", "B-place", "I-place"]
    words = [TaggedText.of_words(["Rio", "!"], ["NOUN", "PUNCT"])]
    task = Tagging.of_examples(words)
    assert (task.labels, task.figure) == (["NOUN", "PUNCT"], "accuracy")


def logits_of(task, tags):
    return np.eye(len(task.labels), dtype="float32")[
        [task.labels.index(tag) for tag in tags]
    ]


@pytest.fixture(scope="module")
def preprocessor():
    return TextPreprocessor(SentencePieceTokenizer())


def answer(task, text, tags, preprocessor, **more):
    """What comes of logits for the tags of all tokens but the special."""
    example = task.example(text)
    rows = task.rows([example], preprocessor)
    logits = 5 * logits_of(task, ["O", *tags, "O"])
    outputs = {"logits": [logits], **more}
    return task.answers(outputs, rows, [example])[0]


def test_never_gives_what_bio_does_not_allow(preprocessor):
    task = Tagging(["O", "B-a", "I-a"])
    found = answer(task, "the old house", ["O", "I-a", "I-a"], preprocessor)
    assert found.tags in (["O", "B-a", "I-a"], ["B-a", "I-a", "I-a"])


def test_learned_transitions_count(preprocessor):
    labels = ["O", "B-a", "I-a"]
    transitions = np.zeros((1, 4, 3), "float32")
    transitions[0, 1, 2] = -100  # an entity has one word
    found = answer(
        CrfTagging(labels),
        *("the old house", ["O", "B-a", "I-a"], preprocessor),
        transitions=transitions,
    )
    assert found.tags == ["O", "B-a", "O"] or found.tags == ["O", "B-a", "B-a"]


def test_pairs_and_unknown_tags_are_refused(home):
    with pytest.raises(UserError, match="single texts"):
        Tagging(["O", "B-a"]).example("a", "b")
    task = Tagging.of_examples(
        [TaggedText.of_words(["Rio", "!"], ["B-place", "O"])]
    )
    with pytest.raises(UserError, match="'B-person', of 'Ann', is none of O"):
        task.score([], [TaggedText.of_words(["Ann"], ["B-person"])])
    one = [TaggedText.of_words(["a", "b"], ["O", "O"])]
    with pytest.raises(UserError, match="all words .* have the tag 'O'"):
        Tagging.of_examples(one)
