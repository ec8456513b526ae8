"""What a teacher gives each task, before anything is trained."""

import dataclasses

import numpy as np
import pytest
from taught_tasks import EXAMPLES, random_model

from albert_tf import models
from albert_tf.errors import UserError
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor
from albert_tf.training.model_teacher import ModelTeacher
from albert_tf.training.teacher import check_taught
from albert_tf.training.teacher_options import TeacherOptions

pytestmark = [
    pytest.mark.filterwarnings("ignore:the weights of"),
    pytest.mark.filterwarnings("ignore:.*tokens are not in the vocabulary"),
    pytest.mark.usefixtures("eager"),
]


@pytest.fixture
def save(tmp_path):
    def save(task, **arguments):
        name = "_".join(["teacher", *map(str, arguments.values())])
        random_model(task, **arguments).save_preset(tmp_path / name)
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


def test_another_vocabulary_is_compared_word_by_word(other_vocabulary):
    examples = EXAMPLES["tagging"]
    task = find_task("tagging").of_examples(examples)
    source, student = other_vocabulary(task), random_model(task)
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


def test_another_vocabulary_does_for_texts_but_not_for_places(other_vocabulary):
    examples = EXAMPLES["question_answering"]
    task = find_task("question_answering").of_examples(examples)
    source, student = other_vocabulary(task), random_model(task)
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


def test_labels_are_found_by_their_names(save):
    examples = EXAMPLES["classification"]
    task = find_task("classification")(["a", "b", "c"])
    source = save(task)
    predictor = Predictor.of_model(models.load_model(source))
    rows = predictor.rows(examples)
    logits = predictor.outputs(rows)["logits"]
    student = random_model(find_task("classification")(["c", "a", "b"]))
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
def test_other_labels_are_told(save, labels, message):
    examples = EXAMPLES["classification"]
    task = find_task("classification")(["a", "b"])
    teacher = ModelTeacher(save(find_task("classification")(labels)), task, 2)
    student = random_model(task)
    rows = Predictor.of_model(student).rows(examples)
    with pytest.raises(UserError, match=message):
        teacher.targets(student, examples, rows, 1.0)


def test_labels_without_names_are_warned_of(save):
    examples = EXAMPLES["classification"]
    task = find_task("classification")(["a", "b"])
    source = save(find_task("classification")(["LABEL_0", "LABEL_1"]))
    student = random_model(task)
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


def test_a_teacher_that_gives_no_numbers_is_told(save):
    examples = EXAMPLES["classification"]
    task = find_task("classification")(["a", "b"])
    teacher = ModelTeacher(save(task), task, 2)
    head = teacher._model.logits_dense.bias
    head.assign(np.array([np.nan, 0], "float32"))
    student = random_model(task)
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
