"""What is joint question answering's own."""

import keras
import numpy as np
import pytest

import export
from albert_tf.data.batches import BucketedBatches
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.squad import Answer, Question
from albert_tf.models import AlbertJointQuestionAnswerer
from albert_tf.tasks import find_task
from albert_tf.tasks.joint_question_answering import JointQuestionAnswering
from albert_tf.tasks.predictor import Predictor
from export.tflite_model import TFLiteModel

pytestmark = pytest.mark.filterwarnings("ignore:the weights of")

NOTHING = -1e30


def outputs(starts, ends, no_answer=0.0):
    """Those for one window.

    Args:
        starts: {token: logarithmic probability}.
        ends: for each start the same of its ends.
        no_answer: the logit.
    """
    return {
        "start_indices": np.array([*starts], "int32"),
        "start_log_probs": np.array([*starts.values()], "float32"),
        "end_indices": np.array([[*e] for e in ends], "int32"),
        "end_log_probs": np.array([[*e.values()] for e in ends], "float32"),
        "no_answer_logits": np.float32(no_answer),
    }


def stack(*windows):
    return {name: [w[name] for w in windows] for name in windows[0]}


class FakeRows:
    """Windows of one context, whose tokens begin at place 3."""

    def __init__(self, *offsets):
        self.offsets = [np.array(window) for window in offsets]
        self.examples = [0] * len(offsets)

    def tokens_of(self, row):
        return slice(3, 3 + len(self.offsets[row]))

    def offsets_of(self, row):
        return self.offsets[row]


TOM = [[0, 3], [4, 7], [8, 9], [10, 13]]
QUESTION = Question("Who?", "Tom has a map")


def test_by_hand():
    task = JointQuestionAnswering()
    window = outputs(
        {4: -0.5, 3: -1.0, 0: NOTHING},
        [{5: -2.0, 4: -3.0}, {3: -0.25, 6: -3.5}, {3: -0.1, 4: -0.1}],
    )
    (answer,) = task.answers(stack(window), FakeRows(TOM), [QUESTION])
    assert [one.answer for one in answer.candidates] == [
        "Tom",
        "has a",
        "has",
        "Tom has a map",
    ]
    scores = np.array([-1.25, -2.5, -3.5, -4.5])
    np.testing.assert_allclose(
        [one.score for one in answer.candidates],
        np.exp(scores) / np.exp(scores).sum(),
        rtol=1e-5,
    )
    assert answer.best is answer.words is answer.candidates[0]


def test_the_threshold_is_of_the_lowest_logit_of_all_windows():
    windows = stack(
        outputs({3: -9.0}, [{3: -9.0}], no_answer=2.0),
        outputs({3: -1.0}, [{4: -1.0}], no_answer=0.5),
        outputs({3: -5.0}, [{3: -5.0}], no_answer=3.0),
    )
    rows = FakeRows(TOM[:2], TOM[1:3], TOM[2:])
    for threshold, words in ((0.4, ""), (0.5, "has a"), (None, "has a")):
        task = JointQuestionAnswering(threshold)
        (answer,) = task.answers(windows, rows, [QUESTION])
        assert answer.no_answer == 0.5
        assert answer.best.answer == words
        assert answer.words.answer == "has a"
        total = sum(one.score for one in answer.candidates)
        assert total == pytest.approx(1)
        none = [one for one in answer.candidates if not one.answer]
        if threshold is None:
            assert none == []
        else:
            assert none[0].score == pytest.approx(1 / (1 + np.exp(-0.5)))


def test_tokens_without_characters_end_no_answer():
    offsets = [[0, 3], [4, 4], [8, 9]]
    window = outputs(
        {4: -1.0, 3: -2.0}, [{5: -0.1, 4: -0.1}, {4: -0.1, 5: -0.2}]
    )
    task = JointQuestionAnswering(0.0)
    (answer,) = task.answers(stack(window), FakeRows(offsets), [QUESTION])
    words = {one.answer for one in answer.candidates}
    assert words == {"Tom has a", ""}


def test_without_any_run_there_is_no_answer():
    window = outputs({0: NOTHING}, [{0: NOTHING}], no_answer=-4.0)
    for threshold in (None, 0.0):
        task = JointQuestionAnswering(threshold)
        (answer,) = task.answers(stack(window), FakeRows(TOM), [QUESTION])
        assert answer.best.answer == ""
        assert answer.best.score == 1


def test_equals_that_trade_places_are_no_difference():
    task = JointQuestionAnswering()
    one = outputs({3: -1.0, 4: -1.0}, [{3: -2.0}, {5: -3.0}], 0.25)
    other = outputs({4: -1.0, 3: -1.0}, [{5: -3.0}, {3: -2.0}], 0.25)
    assert task.difference(stack(one), stack(other)) == 0
    other["end_log_probs"][0] -= 0.5
    assert task.difference(stack(one), stack(other)) == 0.5
    other["no_answer_logits"] += 1
    assert task.difference(stack(one), stack(other)) == 1
    other["no_answer_logits"] -= 2
    assert task.difference(stack(other), stack(one)) == 1


def test_both_names():
    assert find_task("joint-qa") is JointQuestionAnswering
    assert find_task("joint-question-answering") is JointQuestionAnswering


def question(context, *answers):
    places = tuple(Answer(text, context.index(text)) for text in answers)
    return Question("What has Anna?", context, places)


ANSWERABLE = [
    question("Anna has a red ball.", "red ball"),
    question("Tom has a map. Anna has a key.", "key"),
    question("Anna has a dog, Tom a cat.", "dog"),
]
IMPOSSIBLE = [
    question("Tom has a map."),
    question("Zoë has a red ball, Tom a key."),
]


def learn(examples, epochs=150):
    """A model that knows some examples by heart, and its losses."""
    keras.utils.set_random_seed(0)
    task = JointQuestionAnswering.of_examples(examples)
    model = AlbertJointQuestionAnswerer.from_preset(
        "albert_pico", dropout=0, **task.settings
    )
    rows = task.rows(examples, model.preprocessor)
    batches = BucketedBatches(
        rows.encodings, task.targets(examples, rows), batch_size=8
    )
    model.compile(keras.optimizers.Adam(1e-3))
    history = model.fit(batches, epochs=epochs, verbose=0, shuffle=False)
    return model, history.history["loss"]


@pytest.fixture(scope="module")
def learned():
    return learn([*ANSWERABLE, *IMPOSSIBLE])


@pytest.mark.slow
def test_learns_one_batch_by_heart(learned):
    model, losses = learned
    assert losses[-1] < 0.05
    assert model.null_threshold == 0
    predictor = Predictor.of_model(model)
    assert type(predictor.task) is JointQuestionAnswering
    examples = [*ANSWERABLE, *IMPOSSIBLE]
    answers = predictor.answers(examples)
    score = predictor.task.score(answers, examples)
    assert score.figures["exact"] == score.figures["best_exact"] == 1
    signs = [np.sign(answer.no_answer) for answer in answers]
    assert signs == [-1, -1, -1, 1, 1]


@pytest.mark.slow
def test_the_file_has_fixed_shapes_and_says_the_same(learned, tmp_path):
    model, _ = learned
    path = tmp_path / "qa.tflite"
    export.to_tflite(model, path, "float32")
    keras_answers, file_answers = (
        predictor.answers([*ANSWERABLE, *IMPOSSIBLE])
        for predictor in (Predictor.of_model(model), export.load(path))
    )
    for one, other in zip(keras_answers, file_answers, strict=True):
        assert one.best.answer == other.best.answer
        assert one.no_answer == pytest.approx(other.no_answer, abs=1e-3)
        assert len(one.candidates) == len(other.candidates)
    network = TFLiteModel(path)
    for length in (4, 5, 12):
        ids = np.full((1, length), 7, "int32")
        segments = np.zeros((1, length), "int32")
        segments[:, 2:] = 1
        found = network(
            {
                "token_ids": ids,
                "segment_ids": segments,
                "padding_mask": np.ones_like(ids),
            }
        )
        assert {name: array.shape for name, array in found.items()} == {
            "start_indices": (1, 5),
            "start_log_probs": (1, 5),
            "end_indices": (1, 5, 5),
            "end_log_probs": (1, 5, 5),
            "no_answer_logits": (1,),
        }


@pytest.mark.slow
def test_a_preset_answers_as_before(learned, tmp_path):
    model, _ = learned
    model.save_preset(tmp_path / "preset")
    loaded = AlbertJointQuestionAnswerer.from_preset(tmp_path / "preset")
    named = {**loaded.get_config(), "name": model.name}
    assert named == model.get_config()
    one, other = (
        Predictor.of_model(m).answers([*ANSWERABLE, *IMPOSSIBLE])
        for m in (model, loaded)
    )
    assert one == other


@pytest.mark.slow
def test_without_impossible_questions_there_is_always_an_answer():
    """As in SQuAD 1.1, whose files do not say `is_impossible`."""
    model, losses = learn(ANSWERABLE, epochs=60)
    assert losses[-1] < losses[0] / 10
    assert model.null_threshold is None
    answers = Predictor.of_model(model).answers([*ANSWERABLE, *IMPOSSIBLE])
    assert all(answer.best.answer for answer in answers)
    for answer in answers[:3]:
        assert "" not in [one.answer for one in answer.candidates]


def test_windows_without_the_answer_teach_that_there_is_none(tokenizer):
    """The targets are question answering's own: `[CLS]` is no answer."""
    context = "Tom, who sleeps, has a map. " * 3 + "Zoë has a blue key."
    examples = [question(context, "blue key")]
    task = JointQuestionAnswering(stride=8)
    rows = task.rows(examples, TextPreprocessor(tokenizer, 24))
    starts = task.targets(examples, rows)["start_positions"]
    assert 0 in starts
    assert starts.max() > 0
