"""What is question answering's own."""

import keras
import numpy as np
import pytest

from albert_tf.data.batches import BucketedBatches
from albert_tf.data.columns import Columns
from albert_tf.data.example import Example
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.squad import Answer, Question
from albert_tf.errors import UserError
from albert_tf.models import AlbertQuestionAnswerer
from albert_tf.tasks import find_task
from albert_tf.tasks.predictor import Predictor
from albert_tf.tasks.question_answering import QuestionAnswering

pytestmark = pytest.mark.filterwarnings("ignore:the weights of")


@pytest.mark.slow
def test_learns_one_batch_by_heart():
    keras.utils.set_random_seed(0)
    model = AlbertQuestionAnswerer.from_preset(
        "albert_pico", dropout=0, null_threshold=0.0
    )
    task = QuestionAnswering(0.0)
    examples = [
        Question("What has Anna?", context, label)
        for context, label in (
            ("Anna has a red ball.", (Answer("red ball", 11),)),
            ("Tom has a map. Anna has a key.", (Answer("key", 26),)),
            ("Tom has a map.", ()),
            ("Anna has a dog, Tom a cat.", (Answer("dog", 11),)),
        )
    ]
    rows = task.rows(examples, model.preprocessor)
    batches = BucketedBatches(
        rows.encodings, task.targets(examples, rows), batch_size=4
    )
    for _ in range(2):  # the second time it has a list of metrics
        model.compile(keras.optimizers.Adam(5e-4))
    losses = model.fit(batches, epochs=250, verbose=0, shuffle=False)
    assert losses.history["loss"][-1] < 0.05
    answers = Predictor.of_model(model).answers(examples)
    assert task.score(answers, examples).figures["exact"] == 1


@pytest.fixture
def preprocessor(tokenizer):
    return TextPreprocessor(tokenizer, 24)


def test_targets_are_the_tokens_of_the_answer(preprocessor):
    context = "Tom, who sleeps, has a map. " * 3 + "Zoë has a blue key."
    place = context.index("blue key")
    examples = [
        Question(
            "Who?", context, (Answer("x", None), Answer("blue key", place))
        ),
        Question("Who?", context, ()),
    ]
    task = QuestionAnswering(stride=8)
    rows = task.rows(examples, preprocessor)
    targets = task.targets(examples, rows)
    found = 0
    for row, number in enumerate(rows.examples):
        start, end = (targets[f"{x}_positions"][row] for x in ("start", "end"))
        if start:
            found += 1
            assert number == 0
            ids = rows.encodings[row].token_ids[start : end + 1]
            assert preprocessor.tokenizer.decode(ids) == "blue key"
        else:
            assert (start, end) == (0, 0)
    assert 0 < found < (rows.examples == 0).sum()


def test_logits_of_the_context_and_of_cls_are_taken(preprocessor):
    examples = [Question("Who?", "Tom has a map.", id="7")]
    task = QuestionAnswering(null_threshold=-0.5)
    rows = task.rows(examples, preprocessor)
    length, place = int(rows.encodings.lengths[0]), int(rows.places[0])
    outputs = {
        f"{end}_logits": [np.full(length, -9.0)] for end in ("start", "end")
    }
    for number, values in enumerate(outputs.values()):
        values[0][[1, length - 1]] = 99  # the question and [SEP] are no answer
        values[0][0] = 2 - number
        values[0][place + number] = 1.5
    (answer,) = task.answers(outputs, rows, examples)
    assert answer.words.answer == "Tom has"
    assert answer.no_answer == 0
    assert answer.best.answer == ""
    assert answer.id == task.to_json(answer)["id"] == "7"
    assert task.to_text(answer, examples[0]).startswith("(no answer)\t0.")


def test_what_has_no_place_is_told_and_teaches_nothing(preprocessor):
    examples = [
        Question("Who?", "Tom has a map.", (Answer("Paris", None),)),
        Question("Who?", "Tom\u200b has.", (Answer("\u200b", 3),)),
        Question("Who?", "Tom has a map.", (Answer("Tom", 0),)),
    ]
    task = QuestionAnswering()
    rows = task.rows(examples, preprocessor)
    with pytest.warns(
        UserWarning, match="2 of 3 questions have no answer with"
    ):
        targets = task.targets(examples, rows)
    assert targets["start_positions"][:2].tolist() == [-1, -1]
    assert targets["end_positions"][2] > 0
    with pytest.raises(UserError, match="no answer stands in its context"):
        QuestionAnswering.of_examples(examples[:1])


def test_targets_of_minus_1_do_not_count():
    model = AlbertQuestionAnswerer.from_preset("albert_pico")
    logits = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")
    outputs = {"start_logits": logits, "end_logits": logits}
    some, rest = (
        float(
            model.compute_loss(
                y={f"{end}_positions": places for end in ("start", "end")},
                y_pred={
                    name: rows[: len(places)] for name, rows in outputs.items()
                },
            )
        )
        for places in (np.array([2, 0, -1]), np.array([2, 0]))
    )
    assert some == pytest.approx(rest)
    none = np.array([-1, -1])
    y = {"start_positions": none, "end_positions": none}
    outputs = {name: rows[:2] for name, rows in outputs.items()}
    assert float(model.compute_loss(y=y, y_pred=outputs)) == 0


def test_answers_are_always_given_unless_some_examples_have_none():
    right = Question("Who?", "Tom.", (Answer("Tom", 0),))
    none = Question("Who?", "Tom.", ())
    assert QuestionAnswering.of_examples([right]).null_threshold is None
    assert QuestionAnswering.of_examples([right, none]).null_threshold == 0


def test_chinese_is_scored_by_its_own_rule():
    task = QuestionAnswering()
    for context, truth, given_, f1 in (
        ("李明在北京大学学习。", "北京大学", "大学", 2 / 3),
        ("Tom is at Oxford University.", "Oxford University", "Oxford", 2 / 3),
        ("Tom is at 北京 University, Oxford.", "北京大学", "大学", 0),
    ):
        examples = [Question("?", context, (Answer(truth, 0),))]
        search = task.answers(
            {"start_logits": [np.zeros(3)], "end_logits": [np.zeros(3)]},
            FakeRows(),
            [Question("?", given_)],
        )
        assert task.score(search, examples).f1 == pytest.approx(f1)


class FakeRows:
    """One window with one token, which is the whole context."""

    examples = [0]

    def tokens_of(self, row):
        return slice(1, 2)

    def offsets_of(self, row):
        return np.array([[0, 99]])


def test_both_names():
    assert find_task("qa") is find_task("question-answering")
    assert find_task("qa") is QuestionAnswering
    with pytest.raises(UserError, match="did you mean question_answering"):
        find_task("question_answer")


@pytest.mark.parametrize(
    "settings",
    [
        {"null_threshold": "0"},
        {"null_threshold": float("nan")},
        {"stride": 0},
        {"stride": 1.5},
        {"max_answer_length": 0},
    ],
    ids=str,
)
def test_settings_that_make_no_sense(settings):
    for kind in (QuestionAnswering, AlbertQuestionAnswerer.from_preset):
        source = () if kind is QuestionAnswering else ("albert_pico",)
        with pytest.raises(UserError, match=next(iter(settings))):
            kind(*source, **settings)


def test_mistakes(tmp_path):
    task = QuestionAnswering()
    with pytest.raises(UserError, match="the question is empty"):
        task.example(" ", "a context")
    with pytest.raises(UserError, match="the context is empty"):
        task.example("who", "\n")
    with pytest.raises(UserError, match="has no context.*--context FILE"):
        task.example("who")
    assert task.example("who", "Tom") == Example("who", "Tom")
    for wrong in ({"columns": Columns("text")}, {"header": ["a", "b"]}):
        with pytest.raises(UserError, match="leave --text"):
            QuestionAnswering.read(tmp_path / "dev.json", **wrong)
    with pytest.raises(UserError, match="no such file"):
        QuestionAnswering.read(tmp_path / "dev.json", Columns())


def test_the_baseline_is_the_first_sentence_or_nothing():
    contexts = [
        "Tom has a map.\nHe sleeps.",
        "Tom has a map of Mt.Fuji",
        "一。二。",
    ]
    rights = ["Tom has a map", "Tom has a map of Mt.Fuji", "一"]
    task = QuestionAnswering()
    for context, right in zip(contexts, rights, strict=True):
        dev = [Question("?", context, (Answer(right, 0),))]
        assert task.baseline([], dev) == 1
    none = [Question("?", "Tom has a map.", ())] * 3
    some = Question("?", "A dog. A cat.", (Answer("A cat", 7),))
    assert task.baseline([], [*none, some]) == 0.75


def test_logits_are_those_of_hugging_face(shared):
    folder = shared / "goldens" / "hf_question_answering"
    model = AlbertQuestionAnswerer.from_preset(f"hf:{folder}")
    assert model.null_threshold is None
    golden = np.load(folder / "golden.npz")
    outputs = model(
        {
            "token_ids": golden["input_ids"].astype("int32"),
            "segment_ids": golden["token_type_ids"].astype("int32"),
            "padding_mask": golden["attention_mask"].astype("int32"),
        }
    )
    real = golden["attention_mask"] == 1
    for name in ("start_logits", "end_logits"):
        np.testing.assert_allclose(
            np.asarray(outputs[name])[real], golden[name][real], atol=1e-5
        )
