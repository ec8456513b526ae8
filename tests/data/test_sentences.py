import pathlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.data.sentences import split_sentences
from albert_tf.errors import UserError

BOOKS = pathlib.Path(__file__).parent / "books_excerpt.txt"


def bare(text):
    return "".join(text.split())


@pytest.mark.parametrize(
    "sentences",
    [
        [],
        ["One."],
        ["no end"],
        ["One sentence.", "Another one!", "Is this a third?"],
        ["Dr. Smith and Mr. Jones met in St. Louis.", "It rained."],
        ["He came on Jan. 5 at 3.14 p.m. by train.", "Then he slept."],
        ["It cost $3.50, i.e. much.", "See e.g. Fig. 2.", "That is all."],
        ['"I am here," he said.', '"Where are you?"', "She left."],
        ["The U.S. is big.", "So is the U.K. today."],
        ["Wait... what?", "Yes."],
    ],
)
def test_english(sentences):
    assert split_sentences(" ".join(sentences)) == sentences


def test_chinese():
    sentences = [
        "今天天气很好。",
        "我们去公园吧！",
        "好吗？",
        "“好的。”",
        "他说。",
    ]
    assert split_sentences("".join(sentences), "zh") == sentences


@pytest.mark.parametrize("line", ["", " ", "\t\n \u3000"])
def test_blank(line):
    assert split_sentences(line) == []


def test_strips():
    assert split_sentences("  One.   Two.\t") == ["One.", "Two."]


@given(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.text("aB1.?! \"'“”()\n。"),
    ),
    st.sampled_from(["en", "zh", "de", "ja", "zh-hans"]),
)
def test_nothing_is_lost(line, language):
    sentences = split_sentences(line, language)
    assert bare("".join(sentences)) == bare(line)
    assert all(sentence == sentence.strip() != "" for sentence in sentences)


def test_books():
    lines = BOOKS.read_text().split("\n")
    sentences = [split_sentences(line) for line in lines]
    for line, parts in zip(lines, sentences, strict=True):
        assert bare("".join(parts)) == bare(line)
    lengths = sorted(len(s.split()) for parts in sentences for s in parts)
    assert 350 < len(lengths) < 420
    assert 15 < lengths[len(lengths) // 2] < 30
    for parts in sentences:
        for sentence in parts[:-1]:
            assert not sentence.endswith(("Mr.", "Mrs.", "Dr.", "St."))


def test_long_lines_split_as_short_ones():
    paragraphs = BOOKS.read_text().split("\n\n")
    expected = [s for p in paragraphs for s in split_sentences(p)]
    found = split_sentences(" ".join(paragraphs))
    # A few sentences end without a full stop at the end of a paragraph.
    assert len(set(expected) - set(found)) < 0.03 * len(expected)
    assert bare("".join(found)) == bare("".join(expected))


@pytest.mark.parametrize("unit", ["a", "word ", "“x. ", "「x。", "..."])
def test_very_long_line(unit):
    line = unit * (100_000 // len(unit))
    assert bare("".join(split_sentences(line))) == bare(line)


@pytest.mark.parametrize(
    "language", ["", "english", "e", "en_US", "en\n", "中"]
)
def test_bad_language(language):
    with pytest.raises(UserError, match='must be a code such as "en" or "zh"'):
        split_sentences("One.", language)


def test_missing_sentencex(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentencex", None)
    with pytest.raises(UserError, match="pip install sentencex"):
        split_sentences("One.")
