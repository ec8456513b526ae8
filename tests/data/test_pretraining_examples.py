import pathlib

import numpy as np
import pytest

from albert_tf.data.cleaning import CleaningOptions
from albert_tf.data.pretraining_examples import ExampleMaker
from albert_tf.data.segments import OBJECTIVES, SegmentOptions
from albert_tf.data.sentences import split_sentences
from albert_tf.data.words import find_word_starts
from albert_tf.tokenizers import WordPieceTokenizer

BOOKS = pathlib.Path(__file__).parent / "books_excerpt.txt"


def make(tokenizer, documents, seed=0, language="en", html=False, **segments):
    """All counts, and the examples that are made of the documents."""
    segments = SegmentOptions(**segments)
    cleaning = CleaningOptions(html=html)
    maker = ExampleMaker(tokenizer, segments, cleaning, language)
    text = maker.tokenize(documents)
    examples, counts = maker.cut(text, np.random.default_rng(seed))
    counts.update(text.counts)
    return counts, examples


def texts(tokenizer, examples):
    """The token ids of the segments of each example."""
    for row, first_length in zip(
        examples.token_ids, examples.first_lengths, strict=True
    ):
        row = row[row != tokenizer.pad_id]
        yield row[1 : first_length - 1], row[first_length:-1]


def holds(stream, part):
    """Whether one array of tokens has the other in a row."""
    return part.astype(np.int32).tobytes() in stream.astype(np.int32).tobytes()


@pytest.fixture(scope="module")
def documents():
    """Real prose, of up to eight paragraphs each."""
    lines = BOOKS.read_text(encoding="utf-8").split("\n")
    lines = [line for line in lines if line.strip()]
    return [lines[start : start + 8] for start in range(0, len(lines), 8)]


@pytest.fixture(scope="module")
def sentences(documents):
    return [
        sentence
        for lines in documents
        for line in lines
        for sentence in split_sentences(line)
    ]


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_layout(tokenizer, documents, objective):
    """`[CLS] first [SEP] second [SEP]`, then padding."""
    _, examples = make(tokenizer, documents, objective=objective)
    assert len(examples) > 50
    assert examples.token_ids.shape == (len(examples), 128)
    assert examples.word_starts.shape == (len(examples), 128)
    assert examples.token_ids.dtype == np.int32
    assert examples.word_starts.dtype == bool
    assert examples.first_lengths.dtype == examples.labels.dtype == np.int32
    special = [tokenizer.pad_id, tokenizer.cls_id, tokenizer.sep_id]
    for row, first_length in zip(
        examples.token_ids, examples.first_lengths, strict=True
    ):
        length = int((row != tokenizer.pad_id).sum())
        ends = {first_length - 1, length - 1}
        assert len(ends) == (1 if objective == "none" else 2)
        assert {*np.flatnonzero(row == tokenizer.sep_id)} == ends
        assert np.flatnonzero(row == tokenizer.cls_id).tolist() == [0]
        assert (row[length:] == tokenizer.pad_id).all()
        assert np.isin(row[:length], special).sum() == 1 + len(ends)
        # Text in both segments.
        assert first_length > 2
        assert length - first_length > 1 or objective == "none"


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_segments_are_text_of_the_source(
    tokenizer, documents, sentences, objective
):
    _, examples = make(tokenizer, documents, objective=objective)
    ids = tokenizer.to_ids(sentences)
    stream = np.concatenate([np.array(i, np.int32) for i in ids])
    source = "".join(tokenizer.decode(stream).split())
    for segments in texts(tokenizer, examples):
        for segment in segments:
            assert holds(stream, segment)
            assert "".join(tokenizer.decode(segment).split()) in source


def test_labels_tell_the_order(tokenizer, documents, sentences):
    _, examples = make(tokenizer, documents)
    ids = [np.array(i, np.int32) for i in tokenizer.to_ids(sentences)]
    stream = np.concatenate(ids).tobytes()
    checked = [0, 0]
    for (first, second), label in zip(
        texts(tokenizer, examples), examples.labels, strict=True
    ):
        places = [stream.find(part.tobytes()) for part in (first, second)]
        if min(len(first), len(second)) > 10:  # so that it is there only once
            assert label == (places[0] > places[1])
            checked[label] += 1
    assert min(checked) > 20


def test_report(tokenizer, documents, sentences):
    ids = sum(tokenizer.to_ids(sentences), [])
    tokens = len(ids)
    report, examples = make(tokenizer, documents)
    assert report["documents"] == len(documents)
    assert report["sentences"] == len(sentences)
    assert report["tokens"] == tokens
    assert report["unknown"] == ids.count(tokenizer.unk_id) > 0
    assert report["examples"] == len(examples)
    assert report["positions"] == examples.token_ids.size
    padding = (examples.token_ids == tokenizer.pad_id).sum()
    assert report["padding"] == padding
    used = examples.token_ids.size - padding - 3 * len(examples)
    dropped = (
        report["tokens over the length"] + report["tokens of lone sentences"]
    )
    assert used + dropped == tokens


def test_text_can_be_cut_many_times(tokenizer, documents):
    """And is as it was."""
    maker = ExampleMaker(tokenizer, SegmentOptions(), CleaningOptions())
    text = maker.tokenize(documents)
    before = dict(text.counts)
    first, second, third = (
        maker.cut(text, np.random.default_rng(seed)) for seed in (0, 1, 0)
    )
    assert text.counts == before
    assert first[1] == third[1]
    np.testing.assert_array_equal(first[0].token_ids, third[0].token_ids)
    assert (
        len(first[0]) != len(second[0])
        or (first[0].token_ids != second[0].token_ids).any()
    )


def test_word_starts(tokenizer, documents):
    """Of each token that is text; of no other."""
    _, examples = make(tokenizer, documents)
    begins = find_word_starts(tokenizer)
    special = [tokenizer.pad_id, tokenizer.cls_id, tokenizer.sep_id]
    is_text = ~np.isin(examples.token_ids, special)
    np.testing.assert_array_equal(
        examples.word_starts, begins[examples.token_ids] & is_text
    )
    assert 0.5 < examples.word_starts[is_text].mean() < 0.95


@pytest.mark.parametrize(
    ("size", "first_sizes"),
    [(31, {15}), (50, {25}), (60, {30}), (61, {20, 40})],
)
def test_long_sentences_are_cut(tokenizer, size, first_sizes):
    """Into as few even parts as are no longer than half an example."""
    found = set()
    for seed in range(20):
        counts, examples = make(
            tokenizer, [["the " * size]], seed, length=64, short_share=0
        )
        assert counts["sentences"] == 1
        assert counts["long sentences cut"] == 1
        ((first, second),) = texts(tokenizer, examples)
        assert len(first) + len(second) == size
        found.add(len(second if examples.labels[0] else first))
    assert found == first_sizes


def test_sentences_of_half_an_example_are_not_cut(tokenizer):
    counts, examples = make(tokenizer, [["the " * 30]], length=64)
    assert counts["long sentences cut"] == len(examples) == 0


def test_a_very_long_sentence_is_cut_up(tokenizer):
    counts, examples = make(tokenizer, [["the " * 5000]], short_share=0)
    assert counts["long sentences cut"] == 1
    used = (examples.token_ids == tokenizer.to_ids(["the"])[0][0]).sum()
    dropped = counts["tokens over the length"]
    dropped += counts["tokens of lone sentences"]
    assert used + dropped == 5000
    assert used > 3000


def test_unknown_pieces(tokenizer, documents):
    """Counted, and shown where they are more than a twentieth."""
    maker = ExampleMaker(tokenizer, SegmentOptions(), CleaningOptions(), None)
    text = maker.tokenize(documents)
    assert text.counts["unknown"] > 0
    assert text.unknown == []
    runes = ["ᚠᚢᚦ ᚨᚱᚲ", "ᚷᚹᚺ", "ᚾᛁᛃ", "ᛇᛈᛉ"]
    unknown = sum(tokenizer.to_ids(runes), []).count(tokenizer.unk_id)
    text = maker.tokenize([["It rained.", *runes]])
    assert text.counts["unknown"] == unknown > 0
    assert text.unknown == runes[:3]


def test_long_sentences_are_cut_before_words(tokenizer):
    """As far as they have any."""
    begins = find_word_starts(tokenizer)
    line = "unquestionable misunderstandings notwithstanding " * 40
    ids = np.array(tokenizer.to_ids([line])[0])
    assert 0.2 < begins[ids].mean() < 0.6
    maker = ExampleMaker(
        tokenizer, SegmentOptions(length=64), CleaningOptions(), None
    )
    ((*sizes,),) = maker.tokenize([[line]]).lengths
    assert sum(sizes) == len(ids)
    assert max(sizes) <= 30 + 6
    assert begins[ids[np.cumsum(sizes)[:-1]]].all()
    ((*sizes,),) = maker.tokenize([["x" * 500]]).lengths
    assert max(sizes) <= 30


def test_every_line_is_a_sentence(tokenizer):
    lines = ["One. Two. Three.", "Four. Five."]
    counts, _ = make(tokenizer, [lines])
    assert counts["sentences"] == 5
    counts, examples = make(tokenizer, [lines], language=None, short_share=0)
    assert counts["sentences"] == 2
    decoded = {
        tokenizer.decode(segment)
        for segments in texts(tokenizer, examples)
        for segment in segments
    }
    assert decoded == {line.lower() for line in lines}


def test_text_is_cleaned(tokenizer):
    lines = ["<p>It was\u200b a dark night.</p>", "<b>It rained.</b> All day."]
    counts, examples = make(tokenizer, [lines], html=True, short_share=0)
    assert counts["html tags"] == 4
    assert counts["control characters"] == 1
    ((first, second),) = texts(tokenizer, examples)
    if examples.labels[0]:
        first, second = second, first
    text = f"{tokenizer.decode(first)} {tokenizer.decode(second)}"
    assert text == "it was a dark night. it rained. all day."


@pytest.mark.parametrize("documents", [[], [[]], [["\u200b"]], [["Alone."]]])
def test_too_little_text(tokenizer, documents):
    counts, examples = make(tokenizer, documents)
    assert len(examples) == 0
    assert examples.token_ids.shape == (0, 128)
    assert examples.first_lengths.shape == examples.labels.shape == (0,)
    assert counts["documents"] == len(documents)
    tokens = counts["tokens"]
    assert counts["tokens of lone sentences"] == tokens


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_seed_decides(tokenizer, documents, objective):
    first, second, third = (
        make(tokenizer, documents, seed, objective=objective)[1]
        for seed in (5, 5, 6)
    )
    for name in ("token_ids", "word_starts", "first_lengths", "labels"):
        np.testing.assert_array_equal(
            getattr(first, name), getattr(second, name), name
        )
    different = first.token_ids.shape != third.token_ids.shape
    assert different or (first.token_ids != third.token_ids).any()


def test_chinese_words():
    pytest.importorskip("jieba")
    tokenizer = WordPieceTokenizer()
    documents = [["我们去北京大学。我们使用语言模型。"]]
    starts = {}
    for chinese_words in (False, True):
        maker = ExampleMaker(
            tokenizer,
            SegmentOptions(length=64, short_share=0),
            CleaningOptions(),
            "zh",
            chinese_words,
        )
        text = maker.tokenize(documents)
        examples, _ = maker.cut(text, np.random.default_rng(0))
        starts[chinese_words] = examples.word_starts
    assert starts[False].sum() == len(documents[0][0])
    # 我们 去 北京大学 。 我们 使用 语言 模型 。
    assert starts[True].sum() == 9
    assert (starts[False] | ~starts[True]).all()
