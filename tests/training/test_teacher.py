"""What a teacher gives each task, before anything is trained."""

import dataclasses
import json

import numpy as np
import pytest

from albert_tf import models
from albert_tf.data.choices import ChoiceExample
from albert_tf.data.example import Example
from albert_tf.data.squad import Answer, Question
from albert_tf.errors import UserError
from albert_tf.tagging.tagged_text import TaggedText
from albert_tf.tagging.words import split_words
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor
from albert_tf.training.file_teacher import FileTeacher
from albert_tf.training.model_teacher import ModelTeacher
from albert_tf.training.teacher import check_taught
from albert_tf.training.teacher_options import TeacherOptions

pytestmark = [
    pytest.mark.filterwarnings("ignore:the weights of"),
    pytest.mark.filterwarnings("ignore:.*tokens are not in the vocabulary"),
    pytest.mark.usefixtures("eager"),
]

TEXTS = ["play some jazz", "is it cold outside today", "a table for two"]


def tagged(text, intent=None):
    words = split_words(text)
    return TaggedText(text, words, ("B-x", *"O" * (len(words) - 1)), intent)


CONTEXT = "Ann has a red ball. Tom sleeps."
EXAMPLES = {
    "classification": [
        Example(t, label=k) for t, k in zip(TEXTS, "aba", strict=True)
    ],
    "early_exit": [
        Example(t, label=k) for t, k in zip(TEXTS, "aba", strict=True)
    ],
    "glue/rte": [Example(t, "so it is", "entailment") for t in TEXTS],
    "glue/stsb": [Example(t, "so it is", 2.5) for t in TEXTS],
    "regression": [Example(t, label=1.5) for t in TEXTS],
    "multilabel": [Example(t, label=("a", "b")) for t in TEXTS],
    "tagging": [tagged(text) for text in TEXTS],
    "intent_slots": [tagged(t, k) for t, k in zip(TEXTS, "aba", strict=True)],
    "multiple_choice": [
        ChoiceExample("Who sleeps?", CONTEXT, "B", ("Ann", "Tom", "nobody")),
        ChoiceExample("Ann has _ .", CONTEXT, "A", ("a ball", "tea", "it")),
    ],
    "question_answering": [
        Question("Who sleeps?", CONTEXT * 3, (Answer("Tom", 20),)),
        Question("What has Ann?", CONTEXT, ()),
    ],
}


@pytest.fixture
def model_of():
    """A model of random weights, whose answers differ."""

    def make(task, **arguments):
        return getattr(models, task.model_name).from_preset(
            "albert_pico", **{**task.settings, **arguments}
        )

    return make


@pytest.fixture
def save(tmp_path, model_of):
    def save(task, **arguments):
        name = "_".join(["teacher", *map(str, arguments.values())])
        model_of(task, **arguments).save_preset(tmp_path / name)
        return str(tmp_path / name)

    return save


def as_lists(values):
    return values if isinstance(values, list) else [*values]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_student_that_is_its_teacher_has_nothing_to_learn(name, save):
    """Each number is compared with the same one."""
    examples = EXAMPLES[name]
    task = find_task(name).of_examples(examples)
    source = save(task)
    student = models.load_model(source)
    predictor = Predictor.of_model(student, 2, type(task))
    rows = predictor.rows(examples)
    told = []
    targets = ModelTeacher(source, task, 2).targets(
        student, examples, rows, 2.0, told.append
    )
    assert sum(told) == len(examples)
    outputs = predictor.outputs(rows)
    assert {*targets} == {*student.soft_outputs}
    for key, soft in student.soft_outputs.items():
        compared = 0
        for target, one in zip(
            as_lists(targets[key]), as_lists(outputs[key]), strict=True
        ):
            expected = soft.soften(one, 2.0)
            assert target.shape == expected.shape
            real = target != -1
            compared += real.sum()
            np.testing.assert_allclose(
                target[real], expected[real], rtol=1e-4, atol=1e-5
            )
        assert compared > 0


def test_only_words_are_compared(save):
    examples = EXAMPLES["tagging"]
    task = find_task("tagging").of_examples(examples)
    source = save(task)
    student = models.load_model(source)
    rows = Predictor.of_model(student).rows(examples)
    found = ModelTeacher(source, task, 2).targets(student, examples, rows, 1.0)
    for mine, own in zip(
        found["logits"], task.targets(examples, rows), strict=True
    ):
        np.testing.assert_array_equal((mine != -1).all(-1), own != -1)


def word_pieces(tmp_path):
    """A teacher of another vocabulary, in which words have other tokens."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    pieces += [*(f"##{letter}" for letter in letters), *".?"]
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(pieces) + "\n")
    return path


@pytest.fixture
def other_vocabulary(tmp_path, tiny_config):
    """Saves a teacher whose tokens are letters."""
    from albert_tf.data.preprocessor import TextPreprocessor
    from albert_tf.tokenizers import WordPieceTokenizer

    tokenizer = WordPieceTokenizer(word_pieces(tmp_path))
    config = dataclasses.replace(tiny_config, vocab_size=tokenizer.vocab_size)

    def save(task):
        model = getattr(models, task.model_name)(
            config,
            **task.settings,
            preprocessor=TextPreprocessor(tokenizer, 128),
        )
        model.save_preset(tmp_path / "letters")
        return str(tmp_path / "letters")

    return save


@pytest.fixture
def tiny_config():
    from albert_tf.config import AlbertConfig

    return AlbertConfig(
        embedding_size=8,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=128,
    )


def test_another_vocabulary_is_compared_word_by_word(
    other_vocabulary, model_of
):
    examples = EXAMPLES["tagging"]
    task = find_task("tagging").of_examples(examples)
    source, student = other_vocabulary(task), model_of(task)
    rows = Predictor.of_model(student).rows(examples)
    found = ModelTeacher(source, task, 2).targets(student, examples, rows, 1.0)
    teacher = Predictor.of_model(models.load_model(source))
    theirs = teacher.rows(examples)
    words = theirs.gather(teacher.outputs(theirs)["logits"], examples)
    for target, own, expected in zip(
        found["logits"], task.targets(examples, rows), words, strict=True
    ):
        np.testing.assert_allclose(
            target[own != -1],
            student.soft_outputs["logits"].soften(expected, 1.0),
            rtol=1e-4,
        )


def test_another_vocabulary_does_for_texts_but_not_for_places(
    other_vocabulary, model_of
):
    examples = EXAMPLES["question_answering"]
    task = find_task("question_answering").of_examples(examples)
    source, student = other_vocabulary(task), model_of(task)
    rows = Predictor.of_model(student).rows(examples)
    with pytest.raises(UserError, match="letters: the teacher cuts texts into"):
        ModelTeacher(source, task, 2).targets(student, examples, rows, 1.0)


def test_windows_of_a_text_are_the_students(save):
    """Whatever length and stride the teacher was trained with."""
    examples = EXAMPLES["question_answering"]
    task = find_task("question_answering").of_examples(examples)
    source = save(task, stride=3)
    student = models.load_model(save(task))
    student.preprocessor = student.preprocessor.with_max_length(20)
    rows = Predictor.of_model(student).rows(examples)
    assert len(rows) > len(examples)
    found = ModelTeacher(source, task, 2).targets(student, examples, rows, 1.0)
    for name in ("start_logits", "end_logits"):
        lengths = [len(one) for one in found[name]]
        assert lengths == [*rows.encodings.lengths]
        np.testing.assert_allclose(
            [one.sum() for one in found[name]], 1, rtol=1e-5
        )


def test_labels_are_found_by_their_names(save, model_of):
    examples = EXAMPLES["classification"]
    task = find_task("classification")(["a", "b", "c"])
    source = save(task)
    predictor = Predictor.of_model(models.load_model(source))
    rows = predictor.rows(examples)
    logits = predictor.outputs(rows)["logits"]
    student = model_of(find_task("classification")(["c", "a", "b"]))
    found = ModelTeacher(source, task, 2).targets(student, examples, rows, 1.0)
    expected = student.soft_outputs["logits"].soften(logits[:, [2, 0, 1]], 1)
    np.testing.assert_allclose(found["logits"], expected, rtol=1e-4)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a", "x"], "only the teacher has: x; only the student has: b$"),
        (["a", "b", "x"], "only the teacher has: x; only the student has: no"),
    ],
)
def test_other_labels_are_told(save, model_of, labels, message):
    examples = EXAMPLES["classification"]
    task = find_task("classification")(["a", "b"])
    teacher = ModelTeacher(save(find_task("classification")(labels)), task, 2)
    student = model_of(task)
    rows = Predictor.of_model(student).rows(examples)
    with pytest.raises(UserError, match=message):
        teacher.targets(student, examples, rows, 1.0)


def test_labels_without_names_are_warned_of(save, model_of):
    examples = EXAMPLES["classification"]
    task = find_task("classification")(["a", "b"])
    source = save(find_task("classification")(["LABEL_0", "LABEL_1"]))
    student = model_of(task)
    rows = Predictor.of_model(student).rows(examples)
    with pytest.warns(UserWarning, match="does not name its labels; .* a, b"):
        ModelTeacher(source, task, 2).targets(student, examples, rows, 1.0)


@pytest.mark.parametrize("other", ["regression", "multilabel", "tagging"])
def test_a_teacher_of_another_task_is_told(save, other):
    task = find_task("classification")(["a", "b"])
    source = save(find_task(other).of_examples(EXAMPLES[other]))
    with pytest.raises(UserError, match="teacher: is an .* AlbertClassifier"):
        ModelTeacher(source, task, 2)


def test_a_teacher_without_a_head_is_told(tmp_path):
    models.AlbertEncoder.from_preset("albert_pico").save_preset(tmp_path / "e")
    task = find_task("classification")(["a", "b"])
    with pytest.raises(UserError, match="is an AlbertEncoder; a teacher of cl"):
        ModelTeacher(str(tmp_path / "e"), task, 2)


def test_a_teacher_that_gives_no_numbers_is_told(save, model_of):
    examples = EXAMPLES["classification"]
    task = find_task("classification")(["a", "b"])
    teacher = ModelTeacher(save(task), task, 2)
    head = teacher._model.logits_dense.bias
    head.assign(np.array([np.nan, 0], "float32"))
    student = model_of(task)
    rows = Predictor.of_model(student).rows(examples)
    with pytest.raises(UserError, match="the teacher's logits are not all num"):
        teacher.targets(student, examples, rows, 1.0)


@pytest.mark.parametrize(
    "name",
    ["similarity", "triplets", "crf_tagging", "srl", "translation",
     "joint_question_answering", "fill_mask"],
)  # fmt: skip
def test_tasks_that_cannot_learn_from_one_are_told(name):
    task_class = find_task(name)
    task = object.__new__(task_class)
    with pytest.raises(UserError, match="cannot learn .* classification, "):
        check_taught(task)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"teacher": None}, "teacher=None must be a model or a file"),
        ({"teacher_weight": 1.5}, "teacher_weight=1.5 must be from 0 to 1"),
        ({"teacher_weight": float("nan")}, "teacher_weight=nan must be from"),
        ({"teacher_temperature": 0.0}, "temperature=0.0 must be greater"),
    ],
)
def test_options_are_checked(change, message):
    with pytest.raises(UserError, match=message):
        TeacherOptions(**{"teacher": "x", **change})


# === Files ===


@pytest.fixture
def read(tmp_path, model_of):
    """What a file of some lines gives a student of "a" and "b"."""

    def read(lines, name="classification", temperature=1.0):
        path = tmp_path / "logits.jsonl"
        path.write_text(
            "".join(
                (one if isinstance(one, str) else json.dumps(one)) + "\n"
                for one in lines
            )
        )
        examples = EXAMPLES[name]
        task = find_task(name).of_examples(examples)
        teacher = FileTeacher(str(path), task, examples)
        student = model_of(task)
        rows = Predictor.of_model(student).rows(examples)
        return teacher.targets(student, examples, rows, temperature)["logits"]

    return read


LOGITS = [{"a": 2.0, "b": -1.0}, {"b": 0.5, "a": 0.0}, {"a": 1, "b": 1}]
SOFT = [[0.952574, 0.047426], [0.377541, 0.622459], [0.5, 0.5]]


def test_numbers_that_are_logits(read):
    np.testing.assert_allclose(read(LOGITS), SOFT, rtol=1e-4)
    softer = read(LOGITS, temperature=2.0)
    np.testing.assert_allclose(softer[0], [0.817574, 0.182426], rtol=1e-4)


def test_numbers_that_are_probabilities(read):
    """Softened by 1 they stay what they are, by more they are as logits."""
    shares = [dict(zip("ab", row, strict=True)) for row in SOFT]
    np.testing.assert_allclose(read(shares), SOFT, rtol=1e-4)
    np.testing.assert_allclose(
        read(shares, temperature=2.0), read(LOGITS, temperature=2.0), rtol=1e-4
    )
    sure = [{"a": 1.0, "b": 0.0}] * 3
    np.testing.assert_allclose(read(sure), [[1, 0]] * 3, atol=1e-6)
    named = [{"logits": one} for one in sure]
    assert read(named)[0][0] == pytest.approx(1 / (1 + np.exp(-1)))


def test_what_predict_writes(read):
    task = find_task("classification")(["a", "b"])
    logits = [[one["a"], one["b"]] for one in LOGITS]
    answers = task.answers({"logits": logits}, None, None)
    lines = [
        {"text": text, **task.to_json(answer)}
        for text, answer in zip(TEXTS, answers, strict=True)
    ]
    np.testing.assert_allclose(read(lines), SOFT, rtol=1e-4)


def test_what_predict_writes_of_amounts_and_of_several_labels(read):
    lines = [{"text": t, "score": k} for k, t in enumerate(TEXTS)]
    np.testing.assert_allclose(read(lines, "regression"), [[0], [1], [2]])
    lines = [{"labels": ["b"], "scores": {"b": 0.9, "a": 0.2}}] * 3
    expected = [[0.2, 0.9]] * 3
    np.testing.assert_allclose(read(lines, "multilabel"), expected, rtol=1e-4)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (LOGITS[:2], "has 2 lines, but there are 3 examples; one line for"),
        ([*LOGITS[:2], {"a": 1, "x": 2}], "jsonl:3: has the unknown label 'x'"),
        ([{"a": 1}, *LOGITS[1:]], "jsonl:1: has no number for 'b'; a score or"),
        (['{"a": 1, "b": NaN}', *LOGITS[1:]], "jsonl:1: has NaN for 'b'"),
        (['{"a": 1, "b": "x"}', *LOGITS[1:]], "jsonl:1: has \"x\" for 'b'"),
        (["[1, 2]", *LOGITS[1:]], "jsonl:1: a JSON object is needed"),
        (["{", *LOGITS[1:]], "jsonl:1: not valid JSON"),
        (
            [{"text": "other", **LOGITS[0]}, *LOGITS[1:]],
            "jsonl:1: is of the text 'other', but the example there is 'play",
        ),
    ],
)  # fmt: skip
def test_mistakes_in_a_file_are_told(read, lines, message):
    with pytest.raises(UserError, match=message) as error:
        read(lines)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["tagging", "intent_slots", "multiple_choice"])
def test_a_file_is_of_labels_of_texts(read, name):
    with pytest.raises(UserError, match=f"{name} needs a model as its teacher"):
        read(LOGITS, name)
