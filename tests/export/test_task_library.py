"""Files for MediaPipe and the TFLite Task Library."""

import dataclasses
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from commands import call
from metadata_reader import read_metadata

import export
from albert_tf import models
from albert_tf.config import AlbertConfig
from albert_tf.data.example import Example
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.tokenizers import SentencePieceTokenizer, WordPieceTokenizer
from export.bundle import read_bundle

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "albert_tf" / "weights"
LABELS = ["no", "yes", "may be"]
SMALL = {
    "embedding_size": 16,
    "hidden_size": 32,
    "num_hidden_layers": 4,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
TEXTS = [
    "Play some JAZZ, please!",
    "In 1,000 years, or 2,500?",
    "Caf\u00e9, na\u00efve \u2014 \u201cquoted\u201d",
    "never " * 200,
]
CONTEXTS = [
    "Tom came to town in 1976, and Ann, who had 1,500 books, did so in 1982.",
    "It rained in the north. The south was dry for 30 days, or even more.",
]


@pytest.fixture(scope="module")
def make(randomize):
    """A model with random weights."""

    def run(name, tokenizer=None, sizes=(), **settings):
        tokenizer = tokenizer or SentencePieceTokenizer()
        sizes = {**SMALL, "vocab_size": tokenizer.vocab_size, **dict(sizes)}
        config = AlbertConfig(**sizes)
        length = min(512, config.max_position_embeddings)
        preprocessor = TextPreprocessor(tokenizer, length)
        kind = getattr(models, name)
        return randomize(kind(config, preprocessor=preprocessor, **settings))

    return run


@pytest.fixture(scope="module")
def wordpiece():
    return WordPieceTokenizer(
        WEIGHTS / "albert_mini_en" / "vocabulary.txt", follows="transformers"
    )


@pytest.fixture(scope="module")
def built(make, wordpiece, tmp_path_factory):
    """Models and their files, by what they are."""
    folder = tmp_path_factory.mktemp("task_library")
    found = {
        "classifier": make("AlbertClassifier", labels=LABELS),
        "wordpiece": make("AlbertClassifier", wordpiece, labels=LABELS),
        "answerer": make("AlbertQuestionAnswerer"),
    }
    for name, model in found.items():
        path = folder / f"{name}.tflite"
        export.to_tflite(model, path, compatible="task-library")
        found[name] = model, path
    return found


def test_metadata_names_tensors_in_the_order_of_the_graph(built):
    for _, path in built.values():
        model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
        [signature] = model.signatureDefs
        names = {t.tensorIndex: t.name.decode() for t in signature.inputs}
        theirs = {
            "token_ids": "ids",
            "padding_mask": "mask",
            "segment_ids": "segment_ids",
        }
        assert read_metadata(path)["inputs"] == [
            theirs[names[index]] for index in model.subgraphs[0].inputs
        ]


def test_metadata_of_a_classifier(built):
    _, path = built["classifier"]
    found = read_metadata(path)
    assert found["outputs"] == [("probability", ["labels.txt"])]
    assert found["unit"] == 5  # SentencePieceTokenizerOptions
    assert found["vocabulary"] == "cleaning.model"


def test_wordpiece_reads_our_vocabulary(built, wordpiece):
    _, path = built["wordpiece"]
    found = read_metadata(path)
    assert found["unit"] == 4  # BertTokenizerOptions
    with zipfile.ZipFile(path) as archive:
        assert archive.read(found["vocabulary"]) == wordpiece.data
        assert sorted(archive.namelist()) == [
            "albert_tf.json",
            "labels.txt",
            "vocabulary.txt",
        ]


def test_metadata_of_a_question_answerer(built):
    _, path = built["answerer"]
    outputs = read_metadata(path)["outputs"]
    assert sorted(outputs) == [("end_logits", []), ("start_logits", [])]


def test_nothing_in_the_archive_is_compressed(built):
    """MediaPipe refuses the file if anything is."""
    _, path = built["classifier"]
    with zipfile.ZipFile(path) as archive:
        methods = {info.compress_type for info in archive.infolist()}
        assert methods == {zipfile.ZIP_STORED}
        assert archive.read("labels.txt") == b"no\nyes\nmay be\n"
        names = {*archive.namelist()}
    assert {*read_bundle(path).signatures} == {"length_128"}
    assert "cleaning.model" in names


def test_graph_of_a_classifier_has_no_loop_and_each_matrix_once(built):
    classifier, path = built["classifier"]
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    [graph] = model.subgraphs
    shapes = {tuple(graph.tensors[i].shape) for i in graph.inputs}
    assert shapes == {(1, 128)}
    weights = sum(np.prod(w.shape) for w in classifier.weights)
    stored = sum(len(b.data) for b in model.buffers if b.data is not None)
    assert stored < 1.05 * 4 * weights


# === Answers ===


def test_the_file_answers_as_keras(built):
    for name in ("classifier", "wordpiece"):
        model, path = built[name]
        expected = [model.classify(t) for t in TEXTS[:3]]
        for mine, answer in zip(
            export.load(path).predict(TEXTS[:3]), expected, strict=True
        ):
            assert mine.label == answer.label
            assert mine.scores == pytest.approx(answer.scores, abs=1e-5)


def test_a_cache_knows_the_labels(built, tmp_path):
    _, path = built["classifier"]
    cached = export.load(path, cache=tmp_path)
    plain = export.load(path)
    mine, theirs = (p.predict(TEXTS[:1])[0] for p in (cached, plain))
    assert mine.scores == pytest.approx(theirs.scores, abs=1e-5)


def test_verification(built):
    model, path = built["classifier"]
    examples = [Example(text, label="yes") for text in TEXTS[:3]]
    report = export.verify(model, path, examples)
    assert report.agreement == 1
    assert report.max_difference < 1e-3
    model, path = built["answerer"]
    task = export.load(path).task
    examples = [
        dataclasses.replace(task.example("Who?", context), label=())
        for context in CONTEXTS
    ]
    assert export.verify(model, path, examples).agreement == 1


def test_padding_is_never_an_answer(built):
    _, path = built["answerer"]
    model = export.TFLiteModel(path)
    outputs = model._run(
        "length_384",
        {
            "token_ids": np.ones((1, 384), "int32"),
            "segment_ids": np.zeros((1, 384), "int32"),
            "padding_mask": np.repeat([[1, 0]], [10, 374], 1).astype("int32"),
        },
    )
    for logits in outputs.values():
        assert (logits[0, 10:] == -1e9).all()
        assert (logits[0, :10] > -1e6).all()


def test_the_command_line_writes_the_same_file(built, tmp_path):
    model, path = built["wordpiece"]
    model.save_preset(tmp_path / "model")
    output = tmp_path / "model.tflite"
    assert (
        call(
            [
                "export",
                tmp_path / "model",
                output,
                "--compatible",
                "task-library",
            ]
        )
        == 0
    )
    assert read_metadata(output) == read_metadata(path)


# === What cannot be ===


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """The message for a model that is refused before any work."""
    folder = tmp_path_factory.mktemp("refused")

    def run(model, **options):
        path = folder / "model.tflite"
        with pytest.raises(UserError) as caught:
            export.to_tflite(model, path, compatible="task-library", **options)
        assert not any(folder.iterdir())
        message = str(caught.value)
        assert message.startswith("the Task Library ")
        return message

    return run


@pytest.mark.parametrize("kind", ["float16", "int8", "int4"])
def test_fewer_bits(built, refused, kind):
    message = refused(built["classifier"][0], quantization=kind)
    assert f"float32 only; received quantization='{kind}'" in message


def test_lengths(built, refused):
    message = refused(built["classifier"][0], lengths=[16, 32])
    assert "takes one length; received lengths=[16, 32]" in message
    message = refused(built["answerer"][0], lengths=[128])
    assert (
        "384 tokens to a question answerer; received lengths=[128]" in message
    )


def test_tasks(make, refused):
    message = refused(make("AlbertRegressor"))
    assert (
        "has classification and question_answering, not regression" in message
    )
    encoder = models.AlbertEncoder(AlbertConfig(**SMALL))
    assert "not AlbertEncoder" in refused(encoder)


def test_vocabularies(make, refused):
    def classifier(tokenizer, labels=LABELS):
        return make("AlbertClassifier", tokenizer, labels=labels)

    assert "lower-cases texts" in refused(
        classifier(SentencePieceTokenizer(lowercase=False))
    )
    assert "makes each ideograph a word" in refused(
        classifier(WordPieceTokenizer(split_ideographs=False))
    )
    added = SentencePieceTokenizer(added_tokens=[{"content": "<x>"}])
    assert "no added tokens" in refused(classifier(added))
    assert "one label a line" in refused(
        classifier(SentencePieceTokenizer(), ["a", "b\nc"])
    )


def test_a_model_without_second_segment_or_enough_places(make, refused):
    one = make("AlbertQuestionAnswerer", sizes={"type_vocab_size": 1})
    assert "a second segment" in refused(one)


def test_a_short_model_has_shorter_texts(make, tmp_path):
    model = make(
        "AlbertClassifier", labels=LABELS, sizes={"max_position_embeddings": 40}
    )
    path = tmp_path / "model.tflite"
    export.to_tflite(model, path, compatible="task-library")
    assert read_bundle(path).longest == 40


def test_other_clients(built, tmp_path):
    with pytest.raises(UserError, match="must be one of task-library"):
        export.to_tflite(
            built["classifier"][0], tmp_path / "m.tflite", compatible="ml-kit"
        )


# === The clients themselves, by `make client-check` ===


@pytest.fixture(scope="module")
def clients():
    """`benchmarks/task_library.py`, which asks them."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import task_library
    finally:
        sys.path.pop(0)
    if not all(python.exists() for python in task_library.PYTHONS.values()):
        pytest.skip("`make clients` installs MediaPipe and the Task Library")
    return task_library


@pytest.mark.parametrize("name", ["classifier", "wordpiece"])
@pytest.mark.parametrize("client", ["TextClassifier", "BertNLClassifier"])
def test_classifiers_have_our_scores(built, clients, client, name):
    _, path = built[name]
    # Accents are no matter of a WordPiece tokenizer there.
    texts = TEXTS if name == "classifier" else [TEXTS[0], TEXTS[1], TEXTS[3]]
    found = clients.ask(client, path, texts)
    for mine, theirs in zip(
        export.load(path).predict(texts), found, strict=True
    ):
        assert clients.same_scores(mine, theirs), (mine, theirs)


def test_the_guide_to_mediapipe_runs(built, clients, tmp_path):
    _, path = built["classifier"]
    shutil.copyfile(path, tmp_path / "ready.tflite")
    page = (ROOT / "docs" / "export.md").read_text()
    [code] = re.findall(r"^```py\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    done = subprocess.run(
        [clients.PYTHONS["TextClassifier"], "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    mine = export.load(path).predict(["not bad"])[0]
    assert done.stdout.startswith(mine.label), done.stderr


def test_question_answerer_has_our_answers(built, clients):
    _, path = built["answerer"]
    questions = ["When did Ann come?", "Where did it rain?"]
    mine = export.load(path).predict(questions, CONTEXTS)
    found = clients.ask(
        "BertQuestionAnswerer", path, [*zip(questions, CONTEXTS, strict=True)]
    )
    for answer, theirs, context in zip(mine, found, CONTEXTS, strict=True):
        words = {
            clients.whole_words(context, span)
            for span in answer.candidates
            if span.start is not None
        }
        assert words & {*theirs}
