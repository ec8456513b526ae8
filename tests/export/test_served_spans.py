"""SavedModels that answer questions and tag words, as Python does."""

import json

import pytest
import tensorflow as tf
from commands import call

from albert_tf.config import AlbertConfig
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertCrfTagger,
    AlbertIntentSlotTagger,
    AlbertJointQuestionAnswerer,
    AlbertQuestionAnswerer,
    AlbertTagger,
)
from albert_tf.tasks import task_of_model
from albert_tf.tasks.predictor import Predictor
from albert_tf.tokenizers import SentencePieceTokenizer
from export import load, to_saved_model
from export.serving_module import ServingModule

pytest.importorskip("tensorflow_text")

SMALL = {
    "embedding_size": 16,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
TAGS = ["O", "B-a", "I-a", "B-b", "I-b", "S-c", "E-c"]
# Letters that change their length, that have no token, that are cut in two.
HARD = [
    "Caf\u0065\u0301 \ufb01ne, \u0130stanbul! \U0001f600 \u4e2d\u6587 1,000 m",
    "a\u200bb \u0301 \u00bd \u2026\u2026 x" + "y" * 60,
    "\u1100\u1161\u11a8 \u03a3\u03a3 \u0e01\u0e33 don't``no''",
]


@pytest.fixture(scope="module")
def make(randomize):
    """A model that is sure of nothing, in windows of 48 tokens."""

    def build(kind, **arguments):
        preprocessor = TextPreprocessor(SentencePieceTokenizer(), 48)
        config = AlbertConfig(**SMALL)
        model = kind(config, preprocessor=preprocessor, **arguments)
        return randomize(model, seed=3)

    return build


@pytest.fixture(scope="module")
def texts(data_dir):
    """Real prose of many lengths, and what is hard."""
    book = (data_dir / "books_excerpt.txt").read_text(encoding="utf-8")
    paragraphs = [line for line in book.split("\n") if line.strip()]
    return [*HARD, *paragraphs[:12], " ".join(paragraphs[12:40])]


def answer(model, *columns):
    """Rows of what the signature for texts gives, by name."""
    task = task_of_model(model)
    module = ServingModule(model, task)
    run = module.signatures(task.graph_takes)["serving_default"]
    strings = [tf.constant([x.encode() for x in texts]) for texts in columns]
    outputs = {name: x.numpy() for name, x in run(*strings).items()}
    for number in range(len(columns[0])):
        yield {name: _decoded(x[number]) for name, x in outputs.items()}


def _decoded(values):
    if isinstance(values, bytes):
        return values.decode()
    if values.ndim and values.dtype == object:
        return [x.decode() for x in values]
    return values.tolist()


# === Questions ===


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (AlbertQuestionAnswerer, {"max_answer_length": 5}),
        (AlbertQuestionAnswerer, {"null_threshold": 0.5, "stride": 9}),
        (AlbertJointQuestionAnswerer, {}),
        (AlbertJointQuestionAnswerer, {"null_threshold": -0.2}),
    ],
)
def test_questions(make, texts, kind, arguments):
    model = make(kind, **arguments)
    questions = [" ".join(text.split()[:40]) for text in texts[::-1]]
    predictor = Predictor.of_model(model)
    expected = predictor.predict(questions, texts)
    for row, one in zip(answer(model, questions, texts), expected, strict=True):
        candidates = [*map(place_of, one.candidates)]
        more = len(row["answers"]) - len(candidates)
        columns = row["answers"], row["starts"], row["ends"]
        assert [*zip(*columns, strict=True)] == (
            candidates + more * [("", -1, -1)]
        )
        assert row["scores"] == pytest.approx(
            [c.score for c in one.candidates] + more * [0], abs=1e-5
        )
        found = row["answer"], row["start"], row["end"]
        assert found == place_of(one.best)
        assert row["score"] == pytest.approx(one.best.score, abs=1e-5)
        assert row["no_answer"] == pytest.approx(one.no_answer, abs=1e-4)


def place_of(span):
    """-1 where Python has None."""
    if span.start is None:
        return "", -1, -1
    return span.answer, span.start, span.end


def test_short_contexts(make):
    """They have fewer answers than are looked for; one has no token."""
    model = make(AlbertQuestionAnswerer)
    rows = [*answer(model, ["who?", "who?"], ["", "somebody"])]
    assert (rows[0]["answer"], rows[0]["start"]) == ("", -1)
    assert (rows[0]["score"], rows[0]["no_answer"]) == (1, 0)
    assert rows[1]["answer"] == "somebody"


# === Tags ===


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (AlbertTagger, {"labels": TAGS}),
        (AlbertTagger, {"labels": ["noun", "verb", "O"]}),
        (AlbertCrfTagger, {"labels": TAGS}),
        (
            AlbertIntentSlotTagger,
            {"labels": TAGS[:5], "intents": ["go", "stay"]},
        ),
    ],
)
def test_tags(make, texts, kind, arguments):
    texts = [*texts, "", " \u0301", "\u0301"]
    model = make(kind, **arguments)
    predictor = Predictor.of_model(model)
    examples = [*map(predictor.task.example, texts)]
    entities = 0
    for row, one, example in zip(
        answer(model, texts), predictor.answers(examples), examples, strict=True
    ):
        if kind is AlbertIntentSlotTagger:
            assert row["intent"] == one.intent.label
            assert row["score"] == pytest.approx(one.intent.score, abs=1e-5)
            one = one.slots
        words = [example.text[begin:end] for begin, end in example.words]
        assert row["words"] == filled(words, row["words"], "")
        assert row["tags"] == filled(one.tags, row["tags"], "")
        spans = one.spans
        for name, attribute, default in (
            ("texts", "text", ""),
            ("labels", "label", ""),
            ("starts", "start", -1),
            ("ends", "end", -1),
        ):
            values = [getattr(span, attribute) for span in spans]
            assert row[name] == filled(values, row[name], default)
        scores = filled([span.score for span in spans], row["scores"], 0)
        assert row["scores"] == pytest.approx(scores, abs=1e-5)
        entities += len(spans)
    assert entities > 10


def filled(values, as_long_as, default):
    return [*values, *[default] * (len(as_long_as) - len(values))]


def test_no_words_at_all(make):
    (row,) = answer(make(AlbertTagger, labels=TAGS), [""])
    assert row["words"] == row["texts"] == row["starts"] == []


# === Export ===


def test_one_segment_takes_no_questions(randomize, tmp_path):
    preprocessor = TextPreprocessor(SentencePieceTokenizer(), 48)
    config = AlbertConfig(**SMALL, type_vocab_size=1)
    model = AlbertQuestionAnswerer(config, preprocessor=preprocessor)
    with pytest.raises(UserError, match="no second segment.*--tokens-only"):
        to_saved_model(model, tmp_path / "m")


def test_commands(make, tmp_path, capsys):
    """Exported, verified, loaded, with warm-up requests."""
    model = make(AlbertQuestionAnswerer)
    model.save_preset(tmp_path / "model")
    paragraph = {
        "context": "The cat sat on the mat.",
        "qas": [
            {
                "id": "1",
                "question": "Who sat?",
                "answers": [{"text": "The cat", "answer_start": 0}],
            }
        ],
    }
    data = {"version": "1.1", "data": [{"paragraphs": [paragraph]}]}
    (tmp_path / "dev.json").write_text(json.dumps(data))
    argv = ["export", tmp_path / "model", tmp_path / "served"]
    argv += ["--format", "saved-model", "--verify", tmp_path / "dev.json"]
    assert call(argv) == 0
    path = tmp_path / "served" / "1"
    signatures = tf.saved_model.load(str(path)).signatures
    assert {*signatures} == {"serving_default", "tokens"}
    question, context = paragraph["qas"][0]["question"], paragraph["context"]
    found = signatures["serving_default"](
        question=tf.constant([question]), context=tf.constant([context])
    )
    expected = load(path).predict([question], [context])[0].best.answer
    assert found["answer"][0].numpy().decode() == expected
    records = tf.data.TFRecordDataset(
        str(path / "assets.extra" / "tf_serving_warmup_requests")
    )
    requests = [record.numpy() for record in records]
    assert len(requests) == 2
    assert all(b"question" in x and b"context" in x for x in requests)
