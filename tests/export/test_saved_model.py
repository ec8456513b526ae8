"""SavedModels that take texts."""

import itertools
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from commands import call
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from albert_tf.config import AlbertConfig
from albert_tf.data.example import Example
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertClassifier,
    AlbertEmbedder,
    AlbertMultilabelClassifier,
    AlbertPretrainer,
    AlbertRegressor,
    AlbertTagger,
)
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor
from albert_tf.tokenizers import SentencePieceTokenizer
from export import VerificationError, load, to_saved_model, verify

pytest.importorskip("tensorflow_text")

SMALL = AlbertConfig(
    embedding_size=16,
    hidden_size=32,
    num_hidden_layers=4,
    num_attention_heads=2,
    intermediate_size=64,
)
TEXTS = ["play some jazz", "Will it RAIN at 1,000 m?", "x " * 300, "", "\u03a3"]
PAIRS = ["", "a \u4e00 b", "y " * 90, "and now", "[MASK]"]
KINDS = {
    "classification": (AlbertClassifier, {"labels": ["no", "yes", "perhaps"]}),
    "glue/rte": (
        AlbertClassifier,
        {"labels": ["entailment", "not_entailment"]},
    ),
    "glue/stsb": (AlbertRegressor, {"labels": ["score"]}),
    "multilabel": (
        AlbertMultilabelClassifier,
        {
            "labels": [*"abcdefg\u00e7"],
            "thresholds": {x: 1e-6 for x in "ace"}
            | {x: 1 - 1e-6 for x in "bdf"},
        },
    ),
    "similarity": (AlbertEmbedder, {}),
}


def make(kind, randomize, **arguments):
    preprocessor = TextPreprocessor(SentencePieceTokenizer(), 64)
    arguments = {"config": SMALL, "preprocessor": preprocessor, **arguments}
    return randomize(kind(**arguments))


@pytest.fixture(scope="module")
def exported(randomize, tmp_path_factory):
    """Models, and their SavedModels, by task."""
    made = {}

    def export(name):
        if name not in made:
            kind, arguments = KINDS[name]
            model = make(kind, randomize, **arguments)
            home = tmp_path_factory.mktemp("served")
            task = find_task(name)
            made[name] = model, to_saved_model(model, home, task_class=task)
        return made[name]

    return export


@pytest.fixture
def copied(exported, tmp_path):
    """A copy of all versions of a classifier, to be damaged."""
    shutil.copytree(exported("classification")[1].parent, tmp_path / "copy")
    return tmp_path / "copy"


def strings(texts):
    return tf.constant([text.encode() for text in texts])


def as_answer(name, row):
    """A row of what a signature gave, as `Predictor` has it."""
    if name == "similarity":
        return row["vector"]
    if name == "glue/stsb":
        return row["score"]
    labels = [label.decode() for label in row["labels"]]
    scores = dict(zip(labels, row["scores"], strict=True))
    if name == "multilabel":
        return [x.decode() for x in row["chosen"] if x], scores
    return row["label"].decode(), row["score"], scores


def parts(name, answer):
    """What of a `Predictor`'s answer is compared."""
    if name in ("similarity", "glue/stsb"):
        return answer
    if name == "multilabel":
        return answer.labels, answer.scores
    return answer.label, answer.score, answer.scores


@pytest.mark.parametrize("name", KINDS)
def test_answers_as_the_predictor_does(exported, name):
    model, path = exported(name)
    signatures = tf.saved_model.load(str(path)).signatures
    predictor = Predictor.of_model(model, task_class=find_task(name))
    served = load(path)
    cases = [("serving_default", {"text": TEXTS})]
    assert ("pairs" in signatures) == (name != "similarity")
    if "pairs" in signatures:
        cases.append(("pairs", {"text": TEXTS, "pair": PAIRS}))
    for signature, texts in cases:
        expected = predictor.predict(*texts.values())
        outputs = signatures[signature](
            **{name: strings(values) for name, values in texts.items()}
        )
        assert {v.shape[0] for v in outputs.values()} == {len(TEXTS)}
        for number, (answer, other) in enumerate(
            zip(expected, served.predict(*texts.values()), strict=True)
        ):
            row = {k: v.numpy()[number] for k, v in outputs.items()}
            check(as_answer(name, row), parts(name, answer))
            check(parts(name, other), parts(name, answer))


def check(actual, expected):
    if isinstance(expected, tuple):
        for one, other in zip(actual, expected, strict=True):
            check(one, other)
        return
    if isinstance(expected, dict):
        assert [*actual] == [*expected]  # highest first
    if isinstance(expected, str | list):
        assert actual == expected
    else:
        assert actual == pytest.approx(expected, abs=1e-5)


def test_tokens_have_the_outputs_of_the_model(exported):
    model, path = exported("classification")
    features = model.preprocessor(TEXTS, PAIRS)
    run = tf.saved_model.load(str(path)).signatures["tokens"]
    outputs = run(**{k: tf.constant(v) for k, v in features.items()})
    np.testing.assert_allclose(
        outputs["logits"], model(features)["logits"], atol=1e-5
    )


def test_weights_are_there_once(exported):
    """As variables, and not in the graph besides."""
    model, path = exported("classification")
    stored = tf.train.list_variables(str(path / "variables" / "variables"))
    shapes = [
        shape for name, shape in stored if not name.startswith(("_CHECK", "sa"))
    ]
    sizes = sorted(int(np.prod(shape)) for shape in shapes)
    assert sizes == sorted(int(np.prod(w.shape)) for w in model.weights)
    vocabulary = len(model.preprocessor.tokenizer.data)
    assert (path / "saved_model.pb").stat().st_size < vocabulary + 1_500_000


def test_a_process_with_nothing_of_ours(exported):
    model, path = exported("classification")
    code = (
        "import sys, json;"
        "import tensorflow as tf, tensorflow_text;"
        f"f = tf.saved_model.load({str(path)!r}).signatures['serving_default'];"
        "out = f(text=tf.constant(['play some jazz']));"
        "assert not {'albert_tf', 'export'} & set(sys.modules);"
        "print(json.dumps([out['label'][0].numpy().decode(),"
        " float(out['score'][0])]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=path,
        env={"TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert done.returncode == 0, done.stderr
    label, score = json.loads(done.stdout)
    answer = model.classify("play some jazz")
    assert label == answer.label
    assert score == pytest.approx(answer.score, abs=1e-5)


def test_warm_up_requests(exported):
    """Read by classes made of what the messages' definition says."""
    model, path = exported("classification")
    records = tf.data.TFRecordDataset(
        str(path / "assets.extra" / "tf_serving_warmup_requests")
    )
    kind, tensor_kind = _prediction_log(), type(tf.make_tensor_proto(0))
    signatures = tf.saved_model.load(str(path)).signatures
    lengths = []
    for record in records:
        request = kind.FromString(record.numpy()).predict_log.request
        inputs = {
            name: tf.make_ndarray(
                tensor_kind.FromString(tensor.SerializeToString())
            )
            for name, tensor in request.inputs.items()
        }
        signatures[request.model_spec.signature_name](
            **{name: tf.constant(value) for name, value in inputs.items()}
        )
        (text,) = inputs["text"]
        tokens = model.preprocessor.tokenizer.encode(text.decode()).token_ids
        lengths.append((request.model_spec.signature_name, len(tokens)))
    names = ("serving_default", "pairs")
    assert lengths == [*itertools.product(names, (16, 32, 64))]


def _prediction_log():
    """The class of a record (tensorflow_serving/apis/prediction_log.proto)."""
    file = descriptor_pb2.FileDescriptorProto(
        name="serving.proto", package="s", syntax="proto3"
    )

    def message(kind, **fields):
        one = file.message_type.add(name=kind)
        for field, (number, type_name) in fields.items():
            one.field.add(
                name=field,
                number=number,
                label=1,
                type=11 if type_name else 9,
                type_name=type_name,
            )
        return one

    message("Tensor")
    message("Spec", name=(1, None), signature_name=(3, None))
    request = message("Request", model_spec=(1, ".s.Spec"))
    entry = request.nested_type.add(name="InputsEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, label=1, type=9)
    entry.field.add(
        name="value", number=2, label=1, type=11, type_name=".s.Tensor"
    )
    request.field.add(
        name="inputs",
        number=2,
        label=3,
        type=11,
        type_name=".s.Request.InputsEntry",
    )
    message("Log", request=(1, ".s.Request"))
    message("PredictionLog", predict_log=(6, ".s.Log"))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName("s.PredictionLog")
    )


# === Versions, and what is written ===


def test_versions(copied, exported):
    model, _ = exported("classification")
    with pytest.raises(UserError, match="exists already"):
        to_saved_model(model, copied)
    assert to_saved_model(model, copied, 12, tokens_only=True).name == "12"
    signatures = tf.saved_model.load(str(copied / "12")).signatures
    assert {*signatures} == {"serving_default", "tokens"}
    assert {*signatures["serving_default"].structured_outputs} == {"logits"}
    assert (
        load(copied).predict(TEXTS)[0] == load(copied / "12").predict(TEXTS)[0]
    )
    to_saved_model(model, copied, 12, tokens_only=True, overwrite=True)
    (copied / "12" / "mine").mkdir()
    with pytest.raises(UserError, match="not overwritten"):
        to_saved_model(model, copied, 12, tokens_only=True, overwrite=True)
    with pytest.raises(UserError, match="version=0 must be"):
        to_saved_model(model, copied, 0)
    assert {p.name for p in copied.iterdir()} == {"1", "12"}


def test_what_fails_the_check_is_not_kept(exported, tmp_path):
    model, path = exported("classification")

    def fail(place):
        assert load(place).predict(TEXTS)
        raise VerificationError("worse")

    with pytest.raises(VerificationError):
        to_saved_model(model, tmp_path / "m", tokens_only=True, check=fail)
    assert not [*tmp_path.glob("m/*")]
    examples = [Example("a joy", label="yes"), Example("a bore", label="no")]
    assert verify(model, path, examples).agreement == 1


# === What is refused ===


def test_tasks_that_no_graph_answers(randomize, tmp_path):
    tagger = make(AlbertTagger, randomize, labels=["O", "B-a", "I-a"])
    bare = make(AlbertClassifier, randomize, labels=["a", "b"])
    bare.preprocessor = None
    pretrainer = make(AlbertPretrainer, randomize)
    for model, task, words in (
        (pretrainer, "fill_mask", "a graph cannot answer for fill_mask"),
        (bare, None, "has no vocabulary"),
        (pretrainer, "sentence_order", "cannot answer for sentence_order"),
    ):
        task = task and find_task(task)
        with pytest.raises(UserError, match=words) as caught:
            to_saved_model(model, tmp_path / "m", task_class=task)
        assert "tokens_only=True (--tokens-only)" in str(caught.value)
        assert not (tmp_path / "m").exists()
    path = to_saved_model(tagger, tmp_path / "m", tokens_only=True)
    expected = Predictor.of_model(tagger).predict(["play jazz in Rome"])
    assert load(path).predict(["play jazz in Rome"])[0].tags == expected[0].tags


def test_one_segment_has_no_pairs(randomize, tmp_path):
    config = AlbertConfig(**{**SMALL.to_dict(), "type_vocab_size": 1})
    model = make(AlbertRegressor, randomize, config=config)
    path = to_saved_model(model, tmp_path)
    signatures = tf.saved_model.load(str(path)).signatures
    assert {*signatures} == {"serving_default", "tokens"}


def _cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        (_cut, "saved_model.pb"),
        (_flip, "saved_model.pb"),
        (_flip, "variables/variables.data-00000-of-00001"),
        (_cut, "variables/variables.index"),
        (_cut, "assets.extra/albert_tf.zip"),
    ],
)
def test_damaged(copied, damage, name):
    damage(copied / "1" / name)
    with pytest.raises(UserError, match="truncated, damaged, or not written"):
        load(copied)


def test_foreign(copied, tmp_path):
    shutil.rmtree(copied / "1" / "assets.extra")
    with pytest.raises(UserError, match="did not write"):
        load(copied)
    with pytest.raises(UserError, match="is no SavedModel"):
        load(tmp_path)


# === The command line ===


def test_commands(exported, tmp_path, capsys):
    model, _ = exported("classification")
    model.save_preset(tmp_path / "model")
    argv = ["export", tmp_path / "model", tmp_path / "served"]
    argv += ["--format", "saved-model", "--version", "3", "--tokens-only"]
    table = tmp_path / "dev.tsv"
    table.write_text("text\tlabel\na joy\tyes\na bore\tno\n")
    assert call([*argv, "--verify", table, "--threshold", "100"]) == 0
    assert call(["evaluate", tmp_path / "served", table]) == 0
    capsys.readouterr()
    assert call(["predict", tmp_path / "served", "a joy"]) == 0
    assert capsys.readouterr().out.startswith(model.classify("a joy").label)
    for wrong, words in (
        ([*argv, "--quantization", "int8"], "is of a .tflite file"),
        ([*argv[:3], "--version", "2"], "needs --format saved-model"),
        ([*argv[:3], "--format", "onnx"], "must be one of"),
        (argv, "exists already"),
    ):
        assert call(wrong) == 2
        assert words in capsys.readouterr().err
