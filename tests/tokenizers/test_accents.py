"""Marks belong to the letter before them, in offsets too."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.tokenizers import SentencePieceTokenizer, WordPieceTokenizer

TOKENIZERS = [
    kind(follows=follows, **settings)
    for kind, follows, settings in itertools.product(
        (SentencePieceTokenizer, WordPieceTokenizer),
        ("google", "transformers"),
        ({}, {"lowercase": False}, {"strip_accents": False}),
    )
]
MARKS = "\u0301\u0323\u0327\u0308"
TEXTS = st.text("aeZ\u00e9\u01f0\u1e9e\u0130,.`'\u4e2d\u3042\ud55c \t9" + MARKS)


def find_marks(text):
    """Where a mark stands behind something that is no blank."""
    base = None
    for place, character in enumerate(text):
        if not unicodedata.combining(character):
            base = None if character.isspace() else place
        elif base is not None:
            yield base, place


@pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=lambda t: t.kind)
@given(text=TEXTS)
def test_spans_have_the_marks_of_their_letters(tokenizer, text):
    spans = tokenizer.encode(text, max_length=10**6).offsets[1:-1]
    assert spans == sorted(spans)
    covered = {place for span in spans for place in range(*span)}
    for base, place in find_marks(text):
        assert base in covered
        assert place in covered, (text, spans)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cafe\u0301 au", ["cafe\u0301", "au"]),
        ("cafe\u0301\u0323, au", ["cafe\u0301\u0323", ",", "au"]),
        ("\u4e2d\u0301\u4e2d", ["\u4e2d\u0301", "\u4e2d"]),
        ("!\u0301a", ["!\u0301", "a"]),
    ],
)
def test_words_with_marks_at_their_end(text, expected):
    tokenizer = WordPieceTokenizer()
    offsets = tokenizer.encode(text).offsets[1:-1]
    assert [text[start:end] for start, end in offsets] == expected
