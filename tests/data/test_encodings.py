"""Sequences in flat arrays are the sequences that went in."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from albert_tf.data.encodings import Encodings
from albert_tf.data.features import pad
from albert_tf.data.preprocessor import TextPreprocessor
from albert_tf.errors import UserError
from albert_tf.tokenizers import Encoding, SentencePieceTokenizer


@st.composite
def encodings(draw):
    has_offsets = draw(st.booleans())
    found = []
    for _ in range(draw(st.integers(0, 5))):
        first, second = draw(st.integers(2, 5)), draw(st.integers(0, 4))
        # After a word that is marked there is more of the first segment.
        third = draw(st.integers(0, 3))
        length = first + second + third
        ids = st.lists(st.integers(0, 2**31 - 1), min_size=length)
        spans = [(k, k + 1) for k in range(length)] if has_offsets else None
        found.append(
            Encoding(
                draw(ids)[:length],
                [0] * first + [1] * second + [0] * third,
                spans,
                draw(st.integers(0, 9)),
            )
        )
    return found


@given(encodings())
def test_what_went_in_comes_out(given_):
    flat = Encodings(iter(given_))
    assert len(flat) == len(given_)
    assert [*flat] == given_
    assert flat[1:] == given_[1:]
    assert flat.lengths.tolist() == [len(one.token_ids) for one in given_]
    assert flat.has_pairs == any(1 in one.segment_ids for one in given_)
    if given_:
        assert flat[-1] == given_[-1]
    with pytest.raises(IndexError):
        flat[len(given_)]


@given(encodings())
def test_rows_of_several_choices(given_):
    given_ = [*given_, *given_]  # an even number
    flat = Encodings(given_, choices=2)
    pairs = [given_[k : k + 2] for k in range(0, len(given_), 2)]
    assert [*flat] == pairs
    lengths = [[len(one.token_ids) for one in pair] for pair in pairs]
    assert flat.lengths.tolist() == [max(pair) for pair in lengths]
    assert flat.num_tokens.tolist() == [sum(pair) for pair in lengths]
    assert flat.num_truncated.tolist() == [
        sum(one.num_truncated for one in pair) for pair in pairs
    ]
    rows = range(len(flat))[::-1]
    features = flat.features(rows)
    for name, expected in pad([x for row in rows for x in pairs[row]]).items():
        assert features[name].shape[:2] == (len(flat), 2)
        np.testing.assert_array_equal(
            features[name].reshape(expected.shape), expected
        )


@given(encodings(), st.sampled_from([None, 2]))
def test_the_first_row_with_a_token(given_, choices):
    given_ = [*given_, *given_]
    flat = Encodings(given_, choices)
    assert flat.find(-1) is None
    for number, one in enumerate(given_):
        first = next(
            k
            for k, other in enumerate(given_)
            if one.token_ids[-1] in other.token_ids
        )
        assert flat.find(one.token_ids[-1]) == first // (choices or 1), number


def test_they_take_four_bytes_a_token():
    row = Encoding([5] * 100, [0] * 100, None, 0)
    flat = Encodings(row for _ in range(1000))
    assert flat.token_ids.nbytes == 4 * 100 * 1000
    assert flat.token_ids.dtype == np.int32


def test_a_preprocessor_encodes_in_parts_and_tells_how_many():
    told = []
    tokenizer = SentencePieceTokenizer()
    preprocessor = TextPreprocessor(tokenizer, 8).with_progress(told.append)
    texts = [f"text number {k}, maybe long" for k in range(2500)]
    found = preprocessor.encode(texts, texts)
    assert [*found] == tokenizer.encode_batch(texts, texts, max_length=8)
    assert sum(told) == 2500
    assert len(told) == 3
    with pytest.raises(UserError, match="got 2500 and 1"):
        preprocessor.encode(texts, ["one"])
