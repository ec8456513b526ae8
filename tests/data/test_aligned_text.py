import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_vocabularies import wordpiece

from albert_tf.data.aligned_text import AlignedText
from albert_tf.errors import UserError

TEXT = "the quick brown fox jumps over a lazy dog and sleeps"
WORDS = TEXT.split(" ")


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory):
    """Of the first words both have whole pieces, the last ones are spelled."""
    folder = tmp_path_factory.mktemp("vocabularies")
    return [
        wordpiece(folder / name, TEXT, words)
        for name, words in (("teacher", 9), ("student", 5))
    ]


def align(documents, tokenizers, length=16, seed=0, **options):
    return AlignedText(documents, *tokenizers, length, seed, **options)


def all_features(text):
    return [text.features([number]) for number in range(len(text))]


documents = st.lists(
    st.lists(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join),
        min_size=1,
        max_size=6,
    ),
    min_size=1,
    max_size=4,
)


@given(documents, st.integers(8, 40), st.integers(0, 3))
def test_all_words_come_once_in_their_order(
    tokenizers, documents, length, seed
):
    text = align(documents, tokenizers, length, seed)
    words = " ".join(s for document in documents for s in document)
    for side, tokenizer in zip(("teacher", "student"), tokenizers, strict=True):
        rows = [one[side][0] for one in all_features(text)]
        assert all(3 <= len(row) <= length for row in rows)
        assert all(row[0] == tokenizer.cls_id for row in rows)
        assert all(row[-1] == tokenizer.sep_id for row in rows)
        inside = [i for row in rows for i in row[1:-1]]
        assert (
            inside == tokenizer.encode(words, max_length=2000).token_ids[1:-1]
        )


@given(documents, st.integers(8, 40))
def test_units_are_pieces_or_words_that_both_see(tokenizers, documents, length):
    text = align(documents, tokenizers, length)
    for features in all_features(text):
        seen = []
        for side, tokenizer in zip(
            ("teacher", "student"), tokenizers, strict=True
        ):
            units = {}
            ids, numbers = features[side][0], features[f"{side}_units"][0]
            for token, unit in zip(ids, numbers, strict=True):
                piece = tokenizer.pieces[token].removeprefix("##")
                units[unit] = units.get(unit, "") + piece
            seen.append(units)
        assert seen[0] == seen[1]
        assert [*seen[0]] == [*range(len(seen[0]))]


def test_a_word_with_the_same_pieces_has_as_many_units(tokenizers):
    text = align([["the and"]], tokenizers)  # both spell "and"
    features = text.features([0])
    assert features["teacher_units"].tolist() == [[0, 1, 2, 3, 4, 5]]
    assert features["student_units"].tolist() == [[0, 1, 2, 3, 4, 5]]
    text = align([["the over"]], tokenizers)
    features = text.features([0])
    assert features["teacher_units"].tolist() == [[0, 1, 2, 3]]
    assert features["student_units"].tolist() == [[0, 1, 2, 2, 2, 2, 3]]
    assert text.same_share == 0.5


def test_one_vocabulary_needs_no_units(tokenizers):
    text = align([["the fox", "jumps"]], [tokenizers[0]] * 2)
    assert text.is_same
    assert text.same_share == 1
    assert [*text.features([0])] == ["student"]


def test_sentences_stay_whole_where_they_fit(tokenizers):
    sentences = ["the quick brown fox", "jumps over the fox"] * 50
    text = align([sentences], [tokenizers[0]] * 2, length=14)
    lengths = set(text.lengths.tolist())
    assert lengths <= {6, 10, 14} | set(text.lengths[-1:].tolist())
    assert len(lengths) > 1  # they are drawn


def test_documents_stay_apart(tokenizers):
    text = align([["the fox"]] * 9, [tokenizers[0]] * 2, length=64)
    assert text.lengths.tolist() == [4] * 9


def test_a_word_that_is_too_long_is_left_out(tokenizers):
    text = align([["the " + "fox" * 30 + " dog"]], tokenizers, length=8)
    ids = [i for one in all_features(text) for i in one["teacher"][0]]
    assert tokenizers[0].decode(ids) == "the dog"


def test_empty_passages_and_padding(tokenizers):
    text = align([["the fox"], ["the quick fox jumps"]], tokenizers)
    features = text.features([0, -1, 1])
    for array in features.values():
        assert array.dtype == np.int32
        assert (array[1] == -1).all()
    real = (features["student"] >= 0).sum(1)
    assert real.tolist() == [text.lengths[0], 0, text.lengths[1]]


def test_no_text(tokenizers):
    with pytest.raises(UserError, match="the text has no words"):
        align([[" "]], tokenizers)
    with pytest.raises(UserError, match="no words of up to 8 tokens"):
        align([["x" * 50]], tokenizers, length=8)


def test_pieces_of_several_words(tokenizers, monkeypatch):
    monkeypatch.setattr(tokenizers[1], "words_are_apart", False)
    with pytest.raises(UserError, match="the student's vocabulary has pieces"):
        align([["the fox"]], tokenizers)


def test_a_text_in_another_language(tokenizers):
    with pytest.raises(
        UserError, match="teacher's vocabulary does not know: 80"
    ):
        align([["the 今天 天气"]], tokenizers)


def test_words_give_way_to_others(tokenizers):
    text = " ".join(["the quick brown fox"] * 500 + WORDS)
    shares = {}
    for share in (0.0, 0.25):
        aligned = align([[text]], tokenizers, 32, replaced_share=share)
        rows = all_features(aligned)
        assert all(row["student"].shape[1] <= 32 for row in rows)
        again = align([[text]], tokenizers, 32, replaced_share=share)
        for row, other in zip(rows, all_features(again), strict=True):
            np.testing.assert_array_equal(row["teacher"], other["teacher"])
        tokens = np.concatenate([row["teacher"][0, 1:-1] for row in rows])
        frequent = [tokenizers[0].pieces.index(w) for w in WORDS[:4]]
        shares[share] = 1 - np.isin(tokens, frequent).mean()
    # Seven of the eleven words are others; two of them have several tokens.
    assert shares[0] < 0.02
    assert 0.12 < shares[0.25] < 0.4


def test_both_read_the_same_words_where_some_are_replaced(tokenizers):
    text = align([[TEXT] * 20], tokenizers, 24, replaced_share=0.5)
    for features in all_features(text):
        first, second = (
            "".join(
                tokenizer.pieces[i].removeprefix("##")
                for i in features[side][0][1:-1]
            )
            for side, tokenizer in zip(
                ("teacher", "student"), tokenizers, strict=True
            )
        )
        assert first == second
