import pickle
import string

import numpy as np
import pytest

from albert_tf.data.words import ChineseWords, find_word_starts
from albert_tf.tokenizers import (
    SentencePieceTokenizer,
    WordPieceTokenizer,
    train_vocabulary,
)

# Of the official create_pretraining_data.py, `_is_start_piece_sp`.
PUNCTUATION = {*'!"#$%&()*+,-./:;?@[\\]^_`{|}~'}


def official_rule(piece):
    return (
        piece.startswith(("\u2581", "<"))
        or piece in PUNCTUATION
        or not all(
            character in PUNCTUATION | {*string.ascii_lowercase}
            for character in piece.lower()
        )
    )


class Pieces(SentencePieceTokenizer):
    """A vocabulary of these pieces only."""

    def __init__(self, *pieces):
        self.pieces = [*pieces]


def starts(*pieces):
    return find_word_starts(Pieces(*pieces)).tolist()


def words_of(tokenizer, text):
    """The words that a text is cut into, as lists of pieces."""
    begins = find_word_starts(tokenizer)
    (ids,) = tokenizer.to_ids([text])
    words = []
    for index in ids:
        if begins[index] or not words:
            words.append([])
        words[-1].append(tokenizer.pieces[index].strip("\u2581"))
    return ["+".join(word) for word in words]


def test_official_vocabulary(tokenizer):
    """As the official rule, but for marks that stand in a row."""
    begins = find_word_starts(tokenizer)
    assert begins.dtype == bool
    assert begins.shape == (30000,)
    different = {
        piece
        for piece, begin in zip(tokenizer.pieces, begins, strict=True)
        if begin != official_rule(piece)
    }
    special = {"[CLS]", "[SEP]", "[MASK]"}
    assert different - special == {"**", "://", "];", "!!", "++", "!!!"}
    assert 6000 < (~begins).sum() < 7500


def test_what_begins_a_word():
    begin = ["\u2581the", "\u2581", "<unk>", "1", "1990", "4th", ".", "!!", "-"]
    begin += ["'s", "'", "don't", "\u2019s", "\u2013", "€", "a\u2019b"]
    assert all(starts(*begin))


def test_what_goes_on_with_a_word():
    continued = ["ing", "s", "ED", "a.m", "e-mail", "b,", ".com", "국어"]
    assert not any(starts(*continued))


@pytest.mark.parametrize(
    "piece",
    ["国", "国家", "a国", "の", "カ", "ไทย", "ລາວ", "ខ្មែរ", "မြန်မာ", "བོད"],
)
def test_scripts_without_blanks(piece):
    """Each piece is a word."""
    assert starts(piece, "\u2581" + piece) == [True, True]


@pytest.mark.parametrize(
    "piece",
    [
        "ость",
        "ки",
        "λόγος",
        "ção",
        "ß",
        "ية",
        "ים",
        "ական",
        "िक",
        "ी",
        "कर",
        "ம்",
    ],
)
def test_other_letters(piece):
    """They go on with words, and so do their vowel signs."""
    assert starts(piece, "\u2581" + piece) == [False, True]


def test_words_of_text(tokenizer):
    text = "The unfathomable Barsetshire's wasn't built in 1854, U.S.A."
    words = words_of(tokenizer, text)
    assert "".join(words).replace("+", "") == text.lower().replace(" ", "")
    assert "bar+set+shire" in words
    assert words[3:6] == ["'+s", "wasn", "'+t"]
    assert words[0] == "the"
    assert [word for word in words if word[0].isdigit()] == ["1854"]


def test_cyrillic_vocabulary(tmp_path):
    """Words stay whole, which each piece of would be by the official rule."""
    corpus = tmp_path / "corpus.txt"
    words = ["москва", "московская", "московское", "город", "городская"]
    rng = np.random.default_rng(0)
    lines = [" ".join(rng.choice(words, 8)) for _ in range(400)]
    corpus.write_text("\n".join(lines))
    train_vocabulary([corpus], tmp_path / "russian.model", 28)
    tokenizer = SentencePieceTokenizer(tmp_path / "russian.model")
    cut = [words_of(tokenizer, line) for line in lines]
    assert [" ".join(line).replace("+", "") for line in cut] == lines
    assert any("+" in word for line in cut for word in line)


def test_wordpiece():
    tokenizer = WordPieceTokenizer()
    begins = find_word_starts(tokenizer)
    continued = [piece.startswith("##") for piece in tokenizer.pieces]
    assert sum(continued) > 1000
    np.testing.assert_array_equal(begins, ~np.array(continued))
    words = words_of(tokenizer, "国家 tensorflow 1990 x-ray")
    assert words[:2] == ["国", "家"]
    assert "".join(words).replace("+##", "") == "国家tensorflow1990x-ray"
    assert any("+##" in word for word in words)


def test_chinese_words():
    pytest.importorskip("jieba")
    tokenizer = WordPieceTokenizer()
    sentences = ["我们去北京大学", "", "使用tensorflow语言模型。"]
    flags = ChineseWords(tokenizer).find_starts(sentences)
    ids = tokenizer.to_ids(sentences)
    assert flags.dtype == bool
    assert len(flags) == sum(map(len, ids))
    flags = flags & find_word_starts(tokenizer)[sum(ids, [])]
    words = []
    for flag, index in zip(flags, sum(ids, []), strict=True):
        piece = tokenizer.pieces[index].removeprefix("##")
        if flag:
            words.append(piece)
        else:
            words[-1] += piece
    expected = ["我们", "去", "北京大学", "使用", "tensorflow", "语言", "模型"]
    assert words == [*expected, "。"]


def test_chinese_words_of_nothing():
    pytest.importorskip("jieba")
    flags = ChineseWords(WordPieceTokenizer()).find_starts([])
    assert flags.dtype == bool
    assert flags.shape == (0,)


def test_chinese_words_in_another_process():
    pytest.importorskip("jieba")
    words = ChineseWords(WordPieceTokenizer())
    copy = pickle.loads(pickle.dumps(words))
    sentences = ["我们去北京大学"]
    expected = words.find_starts(sentences).tolist()
    assert copy.find_starts(sentences).tolist() == expected
