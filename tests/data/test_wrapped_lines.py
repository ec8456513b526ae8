import itertools
import random
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data.wrapped_lines import unwrap

WORDS = ("the", "a", "river", "lamp", "went", "slowly", "through", "quietly")


def paragraph(rng, words):
    text = " ".join(rng.choice(WORDS) for _ in range(words))
    return f"{text[0].upper()}{text[1:]}."


def wrap(text, width):
    return textwrap.wrap(text, width, break_on_hyphens=False)


@pytest.mark.slow
@given(st.randoms(use_true_random=False), st.integers(40, 100))
def test_paragraphs_are_whole_again(rng, width):
    texts = [paragraph(rng, rng.randint(60, 200)) for _ in range(10)]
    documents = [wrap(text, width) for text in texts]
    assert list(unwrap(documents)) == [[text] for text in texts]


@pytest.mark.parametrize("width", [60, 72, 79])
def test_paragraphs_of_one_document_stay_apart(width):
    rng = random.Random(0)
    # Whose last lines have room for another word.
    texts = []
    while len(texts) < 30:
        text = paragraph(rng, rng.randint(60, 120))
        if len(wrap(text, width)[-1]) < width - 15:
            texts.append(text)
    lines = [line for text in texts for line in wrap(text, width)]
    assert list(unwrap([lines])) == [texts]


def test_first_lines_of_paragraphs_may_be_indented():
    rng = random.Random(0)
    texts = [paragraph(rng, 90) for _ in range(20)]
    documents = [
        [line.strip() for line in textwrap.wrap(text, 72, initial_indent="   ")]
        for text in texts
    ]
    assert list(unwrap(documents)) == [[text] for text in texts]


def test_scripts_without_blanks_are_joined_without():
    rng = random.Random(0)
    texts = [
        "".join(rng.choice("天下雨了第二没有的人") for _ in range(150)) + "。"
        for _ in range(20)
    ]
    documents = [
        [text[k : k + 40] for k in range(0, len(text), 40)] for text in texts
    ]
    assert list(unwrap(documents)) == [[text] for text in texts]


def test_headings_and_verse_of_a_wrapped_book_stay_apart():
    rng = random.Random(0)
    text = paragraph(rng, 300)
    verse = ["Out went the lamp,", "slowly the river", "Chapter two"]
    documents = [wrap(text, 72), verse]
    assert list(unwrap(documents)) == [[text], verse]


@pytest.mark.parametrize(
    "document",
    [
        [
            f"Sentence number {k} is about{' as' * (k % 9)} long."
            for k in range(99)
        ],
        [
            f"It has the same length as all the others, {k}."
            for k in range(10, 99)
        ],
        [
            f"an item of a list without any end {'x' * (k % 20)}"
            for k in range(99)
        ],
        ["word"] * 99,
        ["A long paragraph on one line. " * 20] * 99,
        ["One line only"],
        ["Two lines of a text that were", "cut"],
    ],
)
def test_other_lines_stay_as_they_are(document):
    assert list(unwrap([document])) == [document]


def test_takes_no_more_than_the_beginning():
    rng = random.Random(0)
    documents = (wrap(paragraph(rng, 100), 72) for _ in itertools.count())
    assert len(next(unwrap(documents))) == 1
