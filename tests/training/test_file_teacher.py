"""Files of what a teacher gave."""

import json

import numpy as np
import pytest
from taught_tasks import EXAMPLES, TEXTS, random_model

from albert_tf.errors import UserError
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor
from albert_tf.training.file_teacher import FileTeacher

pytestmark = [
    pytest.mark.filterwarnings("ignore:the weights of"),
    pytest.mark.filterwarnings("ignore:.*tokens are not in the vocabulary"),
    pytest.mark.usefixtures("eager"),
]


@pytest.fixture
def read(tmp_path):
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
        student = random_model(task)
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


def test_what_is_nearly_probabilities_is_told(read):
    nearly = [{"a": 0.9, "b": 0.1}, {"a": 0.9, "b": 0.05}, {"a": 1, "b": 0}]
    with pytest.warns(UserWarning, match=r"jsonl:2: .* logits; .* is 0.95"):
        read(nearly)


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
        ([{"logits": LOGITS[0]}, *LOGITS[1:]], 'jsonl:2: has no "logits"'),
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
