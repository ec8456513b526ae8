"""Sentence order and next sentence, by the heads of pre-training."""

import json
import shutil

import numpy as np
import pytest
from commands import call

from albert_tf.data.example import Example
from albert_tf.errors import UserError
from albert_tf.models import AlbertPretrainer, load_model
from albert_tf.tasks import find_task, task_of_model
from albert_tf.tasks.next_sentence import NextSentence
from albert_tf.tasks.predictor import Predictor
from albert_tf.tasks.sentence_order import SentenceOrder

FIRST = "He sat down at the table and poured a glass of wine."
SECOND = "Then he drank it slowly and asked for another."


def softmax(logits):
    exponentials = np.exp(logits - logits.max(-1, keepdims=True))
    return exponentials / exponentials.sum(-1, keepdims=True)


@pytest.fixture(scope="module")
def model():
    return load_model("albert_nano_books_en")


@pytest.fixture(scope="module")
def keras(model):
    return Predictor.of_model(model, task_class=SentenceOrder)


@pytest.fixture(scope="module")
def home(tmp_path_factory, data_dir):
    """A BERT with a vocabulary, pairs with labels, and a file."""
    home = tmp_path_factory.mktemp("pairs")
    shutil.copytree(data_dir / "hf_bert" / "BertForPreTraining", home / "bert")
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    pieces += [*(f"##{letter}" for letter in letters), *".,;?!-'"]
    (home / "bert" / "vocab.txt").write_text("\n".join(pieces) + "\n")
    (home / "order.tsv").write_text(
        "sentence1\tsentence2\tlabel\n"
        f"{FIRST}\t{SECOND}\tordered\n{SECOND}\t{FIRST}\tswapped\n"
    )
    argv = ["export", "albert_nano_books_en", home / "order.tflite"]
    argv += ["--task", "sentence-order", "--quantization", "float32"]
    assert call([*argv, "--verify", home / "order.tsv"]) == 0
    return home


# === Against the goldens ===


@pytest.mark.parametrize(
    ("golden", "names", "logits", "task"),
    [
        (
            "hf_pretraining",
            ("input_ids", "token_type_ids", "attention_mask"),
            "sop_logits",
            SentenceOrder(),
        ),
        (
            "hf_bert/BertForPreTraining",
            ("ids", "seg", "mask"),
            "out_seq_relationship_logits",
            NextSentence(),
        ),
    ],
)
def test_probabilities_are_those_of_hugging_face(
    data_dir, golden, names, logits, task
):
    """Its class 0 is "in order" (ALBERT) and "is a continuation" (BERT)."""
    with np.load(data_dir / golden / "golden.npz") as arrays:
        ids, segments, mask = (arrays[name] for name in names)
        expected = softmax(arrays[logits])
    outputs = load_model(f"hf:{data_dir / golden}")(
        {
            "token_ids": ids.astype("int32"),
            "segment_ids": segments.astype("int32"),
            "padding_mask": mask.astype("int32"),
            "masked_positions": np.zeros((len(ids), 1), "int32"),
        }
    )
    outputs = {name: np.asarray(value) for name, value in outputs.items()}
    answers = task.answers(outputs, None, [None] * len(ids))
    good, bad = task.classes
    assert (good, bad) in (("ordered", "swapped"), ("next", "random"))
    for answer, row in zip(answers, expected, strict=True):
        assert answer.scores[good] == pytest.approx(row[0], abs=1e-5)
        assert answer.scores[bad] == pytest.approx(row[1], abs=1e-5)
        assert answer.label == (good if row[0] > row[1] else bad)


# === Raw text ===


def test_a_pair_is_two_segments_and_its_logits_the_answer(model, keras):
    features = model.preprocessor([FIRST], [SECOND])
    assert set(features["segment_ids"][0]) == {0, 1}
    features["masked_positions"] = np.zeros((1, 1), "int32")
    expected = softmax(np.asarray(model(features)["sentence_order_logits"]))[0]
    ordered, other = keras.predict([FIRST, SECOND], [SECOND, FIRST])
    assert ordered.scores["ordered"] == pytest.approx(expected[0], abs=1e-5)
    assert other.scores != ordered.scores


def test_the_command(home, capsys):
    argv = [
        "predict",
        "--task",
        "sentence-order",
        "albert_nano_books_en",
        FIRST,
    ]
    argv += ["--pair", SECOND]
    assert call(argv) == 0
    label, score, *texts = capsys.readouterr().out.rstrip("\n").split("\t")
    assert (label, texts) == ("ordered", [FIRST, SECOND])
    assert call([*argv, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["text"], answer["pair"]) == (FIRST, SECOND)
    assert answer["label"] == "ordered"
    assert f"{answer['scores']['ordered']:.4f}" == score
    argv = ["predict", "--task", "next-sentence", f"hf:{home / 'bert'}"]
    assert call([*argv, "ab cd", "--pair", "ef", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {*answer["scores"]} == {"next", "random"}


def test_a_file_of_pairs_is_scored(home, capsys):
    for argv in (
        ["albert_nano_books_en", "--task", "sentence-order"],
        [home / "order.tflite"],
    ):
        evaluate = ["evaluate", argv[0], home / "order.tsv", *argv[1:]]
        assert call([*evaluate, "--json"]) == 0
        score = json.loads(capsys.readouterr().out)
        assert score["examples"] == 2
        predict = ["predict", *argv, "--input", home / "order.tsv", "--json"]
        assert call(predict) == 0
        lines = map(json.loads, capsys.readouterr().out.splitlines())
        labels = [line["label"] for line in lines]
        right = np.mean(np.array(labels) == ["ordered", "swapped"])
        assert score["accuracy"] == right


# === The file of a phone ===


def test_the_file_answers_as_keras(keras, home, capsys):
    (expected,) = keras.predict([FIRST], [SECOND])
    argv = ["predict", home / "order.tflite", FIRST, "--pair", SECOND]
    assert call([*argv, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["scores"] == pytest.approx(expected.scores, abs=1e-4)


def test_one_file_answers_for_all_tasks_of_its_model(home, capsys):
    argv = ["predict", home / "order.tflite", "a glass of [MASK]"]
    assert call([*argv, "--task", "fill-mask", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["masks"][0]) == 5
    argv += ["--pair", "wine"]
    assert call([*argv, "--task", "next-sentence"]) == 2
    said = capsys.readouterr().err
    assert "no head for next_sentence; it has one for sentence_order" in said
    assert call([*argv, "--task", "classification"]) == 2
    assert (
        "is for sentence_order; for classification" in capsys.readouterr().err
    )


# === Mistakes ===


def test_sources_without_the_head_are_refused(home, data_dir, capsys):
    bert = f"hf:{home / 'bert'}"
    classifier = f"hf:{data_dir / 'hf_sequence_classification'}"
    for task, source, words in (
        (
            "sentence-order",
            bert,
            "no sentence_order_head, which sentence_order needs: it is for "
            "--task fill_mask or next_sentence",
        ),
        (
            "next-sentence",
            "albert_nano_books_en",
            "no next_sentence_head, which next_sentence needs: it is for "
            "--task fill_mask or sentence_order",
        ),
        ("sentence-order", "albert_mini_en", "give what pre-training wrote"),
        ("sentence-order", classifier, "has no sentence_order_head"),
        ("fill-mask", classifier, "has no masked_lm_head"),
        ("next-sentence", "albert_pico", "which has no weights"),
    ):
        argv = ["predict", "--task", task, source, "a", "--pair", "b"]
        assert call(argv) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert words in line


def test_what_is_no_pair_is_refused(keras):
    with pytest.raises(
        UserError, match="has no second one: give it.*by --pair"
    ):
        keras.predict([FIRST])
    for first, second in ((FIRST, " "), ("", SECOND)):
        with pytest.raises(UserError, match="two texts; one is empty"):
            keras.predict([first], [second])


def test_a_model_of_one_segment_is_refused(keras, config_of_one_segment):
    single = AlbertPretrainer(
        config_of_one_segment, preprocessor=keras.preprocessor
    )
    with pytest.raises(UserError, match="type_vocab_size=1"):
        Predictor.of_model(single, task_class=SentenceOrder).predict(
            ["a"], ["b"]
        )


@pytest.fixture
def config_of_one_segment():
    from albert_tf.config import AlbertConfig

    return AlbertConfig(
        vocab_size=8000,
        embedding_size=8,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        type_vocab_size=1,
    )


def test_labels_and_learning(keras, model):
    example = Example(FIRST, SECOND, "in order")
    with pytest.raises(UserError, match='known: "ordered", "swapped"'):
        keras.task.score(keras.answers([example]), [example])
    with pytest.raises(UserError, match="albert-tf pretrain"):
        SentenceOrder.of_examples([example])
    assert find_task("next-sentence") is NextSentence
    assert task_of_model(model).name == "fill_mask"
