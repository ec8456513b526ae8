import gzip
import json
import pathlib

import pytest

from albert_tf.errors import UserError
from albert_tf.tokenizers import WordPieceTokenizer

DATA = pathlib.Path(__file__).parent.parent / "data" / "tokenizer"
TOKENIZER = WordPieceTokenizer()
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def read_lines(name):
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_official_ids():
    texts = [vector["text"] for vector in read_lines("vectors.jsonl.gz")]
    expected = read_lines("official_ids.jsonl.gz")
    batch = TOKENIZER.encode_batch(texts, max_length=10**6)
    different = [
        text
        for text, encoding, line in zip(texts, batch, expected, strict=True)
        if encoding.token_ids[1:-1] != line["wordpiece_zh"]
    ]
    assert not different


def test_special_ids_of_the_published_vocabulary():
    assert TOKENIZER.vocab_size == 21128
    assert [
        TOKENIZER.pad_id,
        TOKENIZER.unk_id,
        TOKENIZER.cls_id,
        TOKENIZER.sep_id,
        TOKENIZER.mask_id,
    ] == [0, 100, 101, 102, 103]


def test_pieces_and_offsets():
    text = "\u6211\u7231 NLP\uff0cunaffable"
    pieces = ["我", "爱", "n", "##lp", "，", "u", "##na", "##ff", "##able"]
    assert TOKENIZER.tokenize(text) == pieces
    offsets = TOKENIZER.encode(text).offsets[1:-1]
    assert [text[start:end] for start, end in offsets] == (
        ["我", "爱", "N", "LP", "，", "u", "na", "ff", "able"]
    )


def test_words_beyond_200_characters_are_unknown():
    assert "[UNK]" not in TOKENIZER.tokenize("a" * 200)
    assert TOKENIZER.tokenize("a" * 201) == ["[UNK]"]


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        (
            "\u4f60\u597d\uff0c\u4e16\u754c\u3002",
            "\u4f60\u597d\uff0c\u4e16\u754c\u3002",
        ),
        ("Unaffable caf\u00e9", "unaffable cafe"),
        ("\u6211\u7231nlp\u5417", "\u6211\u7231nlp\u5417"),
        ("\U0001f9ff x", "[UNK] x"),
    ],
)
def test_decode(text, decoded):
    assert TOKENIZER.decode(TOKENIZER.encode(text).token_ids) == decoded


def test_case_and_accents_are_kept_when_asked(tmp_path):
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join([*SPECIALS, "\u00c9t\u00e9", "ete"]), "utf-8")
    cased = WordPieceTokenizer(path, lowercase=False)
    assert cased.tokenize("\u00c9t\u00e9") == ["\u00c9t\u00e9"]
    assert WordPieceTokenizer(path).tokenize("\u00c9t\u00e9") == ["ete"]


def test_windows_line_ends(tmp_path):
    path = tmp_path / "vocab.txt"
    path.write_bytes("\r\n".join([*SPECIALS, "the", ""]).encode())
    assert WordPieceTokenizer(path).encode("the").token_ids == [2, 5, 3]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"[PAD]\n[UNK]\n[CLS]\nthe", r"lacks \[SEP\] \[MASK\]; `albert-tf"),
        (b"[PAD]\nthe\xff", "not UTF-8 at byte 9"),
    ],
)
def test_bad_vocabularies(content, word, tmp_path):
    path = tmp_path / "vocab.txt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=word):
        WordPieceTokenizer(path)
