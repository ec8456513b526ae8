"""What is multiple choice's own."""

import json

import numpy as np
import pytest

import export
from albert_tf.data.choices import ChoiceExample
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.models import AlbertMultipleChoice
from albert_tf.tasks import find_task
from albert_tf.tasks.multiple_choice import MultipleChoice
from albert_tf.tasks.predictor import Predictor
from albert_tf.training.finetune import finetune
from albert_tf.training.finetune_options import FinetuneOptions

pytestmark = pytest.mark.filterwarnings("ignore:the weights of")
CONTEXT = "Ann has a red ball. Tom sleeps."
QUESTION = ChoiceExample(
    "Who sleeps?", CONTEXT, "B", ("Ann", "Tom", "nobody at all")
)
EXAMPLES = [
    QUESTION,
    ChoiceExample("Ann has _ .", CONTEXT, "A", ("a ball", "a cat", "nothing")),
    ChoiceExample("What is red?", None, "C", ("milk", "grass", "blood")),
]


@pytest.fixture
def preprocessor(tokenizer):
    return TextPreprocessor(tokenizer, 40)


@pytest.mark.parametrize(
    ("example", "first", "second"),
    [
        (QUESTION, CONTEXT, "Who sleeps? Tom"),
        (EXAMPLES[1], CONTEXT, "Ann has a cat ."),
        (EXAMPLES[2], "What is red?", "grass"),
    ],
)
def test_a_sequence_for_each_choice(preprocessor, example, first, second):
    rows = MultipleChoice().rows([example], preprocessor)
    assert len(rows) == 1
    expected = preprocessor.tokenizer.encode_batch([first], [second])
    assert rows.encodings[0][1] == expected[0]
    features = rows.features(0)
    length = rows.encodings.lengths[0]
    assert features["token_ids"].shape == (1, 3, length)
    assert features["padding_mask"][0].sum(-1).max() == length


def test_what_is_too_long(preprocessor):
    """The end of question and choice stays, and the beginning of the rest."""
    words = [f"word{k}" for k in range(90)]
    example = ChoiceExample(
        " ".join(words), " ".join(reversed(words)), "A", ("x y z", "w")
    )
    rows = MultipleChoice().rows([example], preprocessor)
    tokenizer = preprocessor.tokenizer
    context, first, second = tokenizer.to_ids(
        [example.pair, f"{example.text} x y z", f"{example.text} w"]
    )
    for one, ids in zip(rows.encodings[0], (first, second), strict=True):
        assert len(one.token_ids) == 40
        kept = [*context[:19], tokenizer.sep_id, *ids[-18:]]
        assert one.token_ids == [tokenizer.cls_id, *kept, tokenizer.sep_id]
        assert one.num_truncated == len(context) + len(ids) - 37
    long = TextPreprocessor(tokenizer, 512)
    (row,) = MultipleChoice().rows([example], long).encodings
    assert sum(row[0].segment_ids) == 129  # with [SEP], as in the official code
    assert row[0].token_ids[-2] == first[-1]


def test_all_have_as_many_choices(preprocessor):
    two = ChoiceExample("a", "b", "A", ("c", "d"))
    with pytest.raises(UserError, match="as many choices; these have 2 and 3"):
        MultipleChoice().rows([QUESTION, two], preprocessor)


def test_questions_from_the_command_line():
    example = MultipleChoice().example("Who? | Ann |Tom", CONTEXT)
    assert example == ChoiceExample("Who?", CONTEXT, None, ("Ann", "Tom"))
    for text in ("Who?", "Who? | Ann", "Who? | Ann | "):
        with pytest.raises(UserError, match="two choices at least"):
            MultipleChoice().example(text)
    with pytest.raises(UserError, match="at most 26 choices, got 27"):
        MultipleChoice().example("Who?" + "|a" * 27)


def test_answers_for_people_and_programs():
    task = MultipleChoice()
    outputs = {"logits": np.array([[0.0, 2.0, 1.0]])}
    (answer,) = task.answers(outputs, None, [QUESTION])
    assert (answer.label, answer.text) == ("B", "Tom")
    assert sum(answer.scores.values()) == pytest.approx(1)
    assert task.to_text(answer, QUESTION) == "B\t0.6652\tTom\tWho sleeps?"
    values = json.loads(json.dumps(task.to_json(answer)))
    assert values["answer"] == "Tom"
    assert values.keys().isdisjoint({"text", "pair"})  # the question's
    other = ChoiceExample("a", "b", "A", ("long answer", "b", "c"))
    assert task.baseline([], [QUESTION, other]) == 0.5


@pytest.mark.slow
def test_learns_a_batch_by_heart_and_the_file_answers_alike(tmp_path):
    options = FinetuneOptions(
        epochs=80, batch_size=3, learning_rate=1e-3, dropout=0.0
    )
    result = finetune(
        "albert_pico",
        EXAMPLES,
        EXAMPLES,
        tmp_path / "m",
        options,
        MultipleChoice(),
    )
    assert result.score.figures["accuracy"] == 1
    model = AlbertMultipleChoice.from_preset(tmp_path / "m")
    predictor = Predictor.of_model(model)
    export.to_tflite(model, tmp_path / "m.tflite", "float32")
    assert export.verify(model, tmp_path / "m.tflite", EXAMPLES).agreement == 1
    loaded = export.load(tmp_path / "m.tflite")
    assert isinstance(loaded.task, find_task("multiple-choice"))
    more = [ChoiceExample("Who? ", CONTEXT, None, ("Ann", "Tom"))] * 3
    for one, other in zip(
        predictor.answers(more), loaded.answers(more), strict=True
    ):
        assert one.label == other.label
        assert one.score == pytest.approx(other.score, abs=1e-5)
