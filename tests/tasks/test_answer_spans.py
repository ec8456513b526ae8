"""The search for the best answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data.example import Example
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.windows import window_rows
from albert_tf.tasks.answer_spans import SpanSearch
from albert_tf.tasks.question_answering import QuestionAnswering
from albert_tf.tokenizers import WordPieceTokenizer

CONTEXT = "Tom has a blue key"
OFFSETS = np.array([[0, 3], [4, 7], [8, 9], [10, 14], [15, 18]])


def search(longest=30):
    return SpanSearch(CONTEXT, longest)


def test_by_hand():
    found = search()
    start, end = np.array([0, 0, 1, 3, 0]), np.array([0, 0, 0, 1, 2])
    found.add(start, end, 4.5, OFFSETS)
    answer = found.answer(None, "7")
    assert answer.id == "7"
    assert answer.best is answer.words is answer.candidates[0]
    assert (answer.best.answer, answer.best.start) == ("blue key", 10)
    assert answer.best.end == 18
    assert answer.no_answer == -0.5
    assert answer.candidates[1].answer == "blue"
    assert sum(one.score for one in answer.candidates) == pytest.approx(1)
    assert "" not in [one.answer for one in answer.candidates]
    ratio = answer.candidates[0].score / answer.candidates[1].score
    assert ratio == pytest.approx(np.e)


def test_none_is_given_above_the_threshold():
    found = search()
    found.add(np.array([3, 0, 0, 0, 0]), np.zeros(5), 4.0, OFFSETS)
    given_ = found.answer(1.0)
    assert given_.no_answer == 1.0
    assert given_.best.answer == "Tom"  # not more than the threshold
    none = found.answer(0.5)
    assert (none.best.answer, none.best.start, none.best.end) == (
        "",
        None,
        None,
    )
    assert none.words.answer == "Tom"
    assert none.candidates[0] is none.best
    assert sum(one.score for one in none.candidates) == pytest.approx(1)


def test_windows_compete_and_one_that_has_an_answer_is_enough():
    found = search()
    found.add(np.array([5, 0]), np.array([0, 5]), 20.0, OFFSETS[:2])
    found.add(np.array([9, 0]), np.array([0, 9]), 2.0, OFFSETS[1:3])
    answer = found.answer(0.0)
    assert answer.best.answer == "has a"
    assert answer.no_answer == 2.0 - 18.0
    words = [one.answer for one in answer.candidates]
    assert len(set(words)) == len(words)  # "has" is in both


def test_the_better_window_counts_whichever_comes_first():
    for scores in ([7, 2], [2, 7]):
        found = search()
        for score in scores:
            found.add(np.array([score]), np.zeros(1), 0.0, OFFSETS[:1])
        assert found.answer(None).no_answer == -7


def test_long_answers_are_none():
    start, end = np.array([9, 0, 0, 0, 0]), np.array([0, 0, 0, 0, 9])
    for longest, words in ((5, CONTEXT), (4, "Tom"), (1, "Tom")):
        found = search(longest)
        found.add(start, end, 0.0, OFFSETS)
        assert found.answer(None).best.answer == words


def test_tokens_without_characters_end_no_answer():
    offsets = np.array([[0, 3], [4, 4], [8, 9]])
    found = search()
    found.add(np.array([0, 9, 0]), np.array([0, 9, 0]), 0.0, offsets)
    assert {one.answer for one in found.answer(None).candidates} == {
        "Tom",
        "a",
        "Tom has a",
    }
    nothing = search()
    nothing.add(np.zeros(1), np.zeros(1), 0.0, offsets[1:2])
    assert nothing.answer(None).best.answer == ""
    assert nothing.answer(0.0).best.score == 1


@given(st.integers(1, 25), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_the_best_of_all_runs(tokens, longest, seed):
    rng = np.random.default_rng(seed)
    start, end = rng.normal(size=(2, tokens))
    offsets = np.stack([np.arange(tokens), np.arange(tokens) + 1], 1)
    found = SpanSearch("x" * tokens, longest)
    found.add(start, end, 0.0, offsets)
    runs = sorted(
        (
            (start[i] + end[j], i, j + 1)
            for i in range(tokens)
            for j in range(i, min(tokens, i + longest))
        ),
        reverse=True,
    )
    assert [(one.start, one.end) for one in found.answer(None).candidates] == [
        (i, j) for _, i, j in runs[:20]
    ]


PARTS = """
Café|cafe\u0301|naïve|北京大学|学生。|😀|👩\u200d👩\u200d👧|½|ﬁne|3,000|€|\u200b|İ|“x”|\t|龖
"""
TEXTS = st.lists(
    st.sampled_from(PARTS.strip("\n").split("|")),
    min_size=1,
    max_size=20,
)


@pytest.fixture(scope="module")
def chinese(tmp_path_factory):
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces += [*"北京大学生。x3,", "cafe"]
    path = tmp_path_factory.mktemp("vocabulary") / "vocab.txt"
    path.write_text("\n".join(pieces) + "\n", encoding="utf-8")
    return WordPieceTokenizer(path)


@given(TEXTS, st.sampled_from([" ", ""]), st.booleans(), st.integers(0, 99))
def test_answers_are_words_of_the_context(
    tokenizer, chinese, parts, blank, is_chinese, seed
):
    context = f"a{blank}{blank.join(parts)}"
    preprocessor = TextPreprocessor(chinese if is_chinese else tokenizer, 12)
    examples = [Example("谁？ who", context)]
    rows = window_rows(examples, preprocessor, 3)
    rng = np.random.default_rng(seed)
    outputs = {
        name: [rng.normal(size=length) for length in rows.encodings.lengths]
        for name in ("start_logits", "end_logits")
    }
    for threshold in (None, 0.0):
        task = QuestionAnswering(threshold)
        (answer,) = task.answers(outputs, rows, examples)
        for one in (answer.best, answer.words, *answer.candidates):
            if one.start is None:
                assert one.answer == ""
                assert threshold is not None
            else:
                assert one.answer == context[one.start : one.end]
                assert one.answer.strip()
        assert sum(c.score for c in answer.candidates) == pytest.approx(1)
        assert "\n" not in task.to_text(answer, examples[0])
