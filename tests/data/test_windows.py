"""Windows over contexts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data.example import Example
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.data.windows import token_span, window_rows
from albert_tf.errors import UserError

LONG = "One day, in the café, two cats met three dogs; nobody slept. " * 8

lengths = given(
    st.integers(1, 80),  # words of the context
    st.integers(0, 40),  # of the question
    st.integers(5, 64),
    st.integers(1, 200),
)


def rows_of(tokenizer, text, context, max_length, stride):
    preprocessor = TextPreprocessor(tokenizer, max_length)
    return window_rows([Example(text, context)], preprocessor, stride)


@lengths
def test_windows_have_the_whole_context(tokenizer, words, asked, most, stride):
    context = " ".join(LONG.split()[:words])
    text = " ".join(["who"] * asked)
    rows = rows_of(tokenizer, text, context, most, stride)
    whole = tokenizer.encode(context, max_length=10**6)
    question = tokenizer.to_ids([text])[0]
    ids, spans = whole.token_ids[1:-1], whole.offsets[1:-1]
    seen = {}
    for row, encoding in enumerate(rows.encodings):
        tokens = rows.tokens_of(row)
        assert len(encoding.token_ids) <= most
        kept = encoding.token_ids[1 : tokens.start - 1]
        assert kept == question[: len(kept)]
        assert encoding.num_truncated == len(question) - len(kept)
        assert encoding.segment_ids.count(0) == tokens.start
        assert encoding.token_ids[0] == tokenizer.cls_id
        assert encoding.token_ids[tokens.start - 1] == tokenizer.sep_id
        assert encoding.token_ids[-1] == tokenizer.sep_id
        first = int(rows.firsts[row])
        window = encoding.token_ids[tokens]
        assert window == ids[first : first + len(window)]
        offsets = rows.offsets_of(row).tolist()
        assert offsets == [[*span] for span in spans[first:][: len(window)]]
        seen |= dict.fromkeys(range(first, first + len(window)))
    assert [*seen] == [*range(len(ids))]


@lengths
def test_a_span_is_found_in_each_window_that_has_it(
    tokenizer, words, asked, most, stride
):
    context = " ".join(LONG.split()[:words])
    text = " ".join(["who"] * asked)
    rows = rows_of(tokenizer, text, context, most, stride)
    tokens = len(rows.offsets[0])
    first, last = tokens // 3, min(tokens - 1, tokens // 3 + 1)
    wanted = tokenizer.encode(context, max_length=10**6).token_ids[1:-1]
    for row, encoding in enumerate(rows.encodings):
        start, end = rows.positions(row, first, last)
        begin = int(rows.firsts[row])
        part = rows.tokens_of(row)
        inside = begin <= first and last < begin + part.stop - part.start
        assert (start > 0) == (end > 0) == inside
        if inside:
            found = encoding.token_ids[start : end + 1]
            assert found == wanted[first : last + 1]


def test_the_stride_is_that_of_the_beginnings(tokenizer):
    context = " ".join(["cat"] * 1000)
    rows = rows_of(tokenizer, "who", context, 384, 128)
    assert rows.firsts.tolist() == [128 * k for k in range(6)]
    assert rows_of(tokenizer, "who", context, 384, 1000).firsts[1] == 190
    assert rows_of(tokenizer, "who", context, 64, 128).firsts[1] == 30
    assert len(rows_of(tokenizer, "who", "cat " * 380, 384, 128)) == 1
    assert len(rows_of(tokenizer, "who", "cat " * 381, 384, 128)) == 2


def test_a_long_question_is_cut_only_where_there_is_no_room(tokenizer):
    asked = " ".join(["who"] * 100)
    assert rows_of(tokenizer, asked, "cat", 128, 128).num_truncated == 0
    cut = rows_of(tokenizer, asked, "cat " * 90, 128, 128)
    assert cut.num_truncated == len(cut)
    assert cut.encodings.num_truncated[0] == 100 - 62
    assert cut.places[0] == 64


def test_examples_and_progress(tokenizer):
    told = []
    preprocessor = TextPreprocessor(tokenizer, 64, told.append)
    questions = [Example(text, LONG) for text in ("who", "what", "where")]
    rows = window_rows([*questions, Example("who", "A cat.")], preprocessor, 16)
    assert rows.examples.tolist() == sorted(rows.examples)
    assert {*rows.examples} == {0, 1, 2, 3}
    assert rows.offsets[0] is rows.offsets[1] is rows.offsets[2]
    assert sum(told) == 4


def test_token_span_by_hand():
    offsets = np.array([[0, 3], [3, 3], [4, 8], [8, 9]])
    assert token_span(offsets, 0, 3) == (0, 0)
    assert token_span(offsets, 1, 5) == (0, 2)
    assert token_span(offsets, 4, 9) == (2, 3)
    assert token_span(offsets, 3, 4) is None
    assert token_span(offsets, 9, 12) is None


def test_mistakes(tokenizer):
    with pytest.raises(UserError, match="the context .* has no token"):
        rows_of(tokenizer, "who", "\u200b", 64, 16)
    with pytest.raises(UserError, match="max_length=4 must be at least 5"):
        rows_of(tokenizer, "who", "cat", 4, 16)
    assert len(rows_of(tokenizer, "who", "cat", 5, 16)) == 1
