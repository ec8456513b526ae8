import gzip
import json
import pathlib

import pytest
import sentencepiece
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.errors import UserError
from albert_tf.tokenizers import SentencePieceTokenizer, TokenizerSettings
from albert_tf.tokenizers.clean_text import clean_spans, clean_text

DATA = pathlib.Path(__file__).parent.parent / "data" / "tokenizer"
TOKENIZER = SentencePieceTokenizer()
CASED = TokenizerSettings(lowercase=False)


def read_lines(name):
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_official_vectors_of_uncleaned_text():
    vectors = read_lines("vectors.jsonl.gz")
    assert len(vectors) == 1362
    for vector in vectors:
        # They were made without clean-up, so they are given to the step
        # after it.
        pieces, ids = TOKENIZER._split_cleaned(vector["text"])
        assert pieces == vector["pieces"]
        assert ids == vector["ids"]


def test_official_ids():
    texts = [vector["text"] for vector in read_lines("vectors.jsonl.gz")]
    expected = read_lines("official_ids.jsonl.gz")
    batch = TOKENIZER.encode_batch(texts, max_length=10**6)
    for encoding, line in zip(batch, expected, strict=True):
        assert encoding.token_ids[1:-1] == line["sentencepiece"]


def test_special_ids_of_the_published_vocabulary():
    assert TOKENIZER.vocab_size == 30000
    assert [
        TOKENIZER.pad_id,
        TOKENIZER.unk_id,
        TOKENIZER.cls_id,
        TOKENIZER.sep_id,
        TOKENIZER.mask_id,
    ] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  a\t\nb\u00a0c\u3000 ", "a b c"),
        ("Caf\u00e9 Cafe\u0301", "cafe cafe"),
        ("\ufb01ne \u00bd \u2460", "fine 1\u20442 1"),
        (
            "\u0130stanbul \u03a3\u0391\u03a3 \u1e9e",
            "istanbul \u03c3\u03b1\u03c2 \u00df",
        ),
        ("``so'' \u201cso\u201d", "``so'' \u201cso\u201d"),
        ("", ""),
    ],
)
def test_clean_text(text, cleaned):
    assert clean_text(text) == cleaned


def test_blanks_are_kept_when_asked(train_odd_tokenizer, tmp_path):
    lines = ["ab  ba", "b   a", "a b"] * 9
    odd = {"vocab_size": 9, "remove_extra_whitespaces": False}
    collapsing = train_odd_tokenizer(lines, **odd)
    keeping = type(collapsing)(tmp_path / "odd.model", collapse_spaces=False)
    text = "a   b"
    assert len("".join(keeping.tokenize(text))) == len(text) + 1
    assert len("".join(collapsing.tokenize(text))) == 4


def test_case_is_kept_when_asked():
    assert clean_text("  \u00c9t\u00c9 ", CASED) == "EtE"
    cased = SentencePieceTokenizer(lowercase=False)
    assert cased.tokenize("The") != TOKENIZER.tokenize("The")


@given(st.text())
def test_spans_cover_the_cleaned_text(text):
    starts, ends = clean_spans(text)
    cleaned = clean_text(text)
    assert len(starts) == len(ends) == len(cleaned)
    for char, start, end in zip(cleaned, starts, ends, strict=True):
        if char != " ":
            assert char in clean_text(text[start:end]) or char == "\u03c2"


def test_lower_case_keeps_the_length_of_every_decomposed_character():
    for code in range(0x20000):  # there are no cased letters above
        if not 0xD800 <= code < 0xE000:
            cleaned = clean_text(chr(code), CASED)
            assert len(cleaned.lower()) == len(cleaned)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello  W\u00f6rld", ["Hello", "W\u00f6rld"]),
        ("cafe\u0301 x", ["cafe\u0301", "x"]),
        ("a \u00bd b", ["a", "\u00bd", "\u00bd", "\u00bd", "b"]),
        ("\U0001f600 \ufb01ne", ["", "\U0001f600", "\ufb01ne"]),
        ("\u0301 the", ["the"]),
    ],
)
def test_offsets_point_into_the_original(text, expected):
    offsets = TOKENIZER.encode(text).offsets[1:-1]
    assert [text[start:end] for start, end in offsets] == expected


def test_offsets_where_the_model_itself_makes_letters_longer(
    train_odd_tokenizer, tmp_path
):
    (tmp_path / "rules.tsv").write_text("DF\t73 73\n")  # sharp s to ss
    tokenizer = train_odd_tokenizer(
        ["die strasse und die gasse"] * 9,
        vocab_size=16,  # single letters only
        normalization_rule_tsv=str(tmp_path / "rules.tsv"),
    )
    text = "die Stra\u00dfe"
    assert tokenizer.decode(tokenizer.encode(text).token_ids) == "die strasse"
    offsets = tokenizer.encode(text).offsets[1:-1]
    for piece, (start, end) in zip(
        tokenizer.tokenize(text), offsets, strict=True
    ):
        span = text[start:end].lower().replace("\u00df", "ss")
        assert piece.lstrip("\u2581") in span


def test_every_piece_comes_from_its_span():
    for vector in read_lines("vectors.jsonl.gz"):
        text = vector["text"]
        offsets = TOKENIZER.encode(text, max_length=10**6).offsets[1:-1]
        for piece, (start, end) in zip(
            TOKENIZER.tokenize(text), offsets, strict=True
        ):
            span = clean_text(text[start:end])
            assert piece.lstrip("\u2581") in TOKENIZER._model.normalize(span)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("1,", ["\u25811", ","]),
        ("in 2012, we", ["\u2581in", "\u25812012", ",", "\u2581we"]),
        ("a9, b", ["\u2581a", "9", ",", "\u2581b"]),
    ],
)
def test_commas_after_digits_stand_alone(text, pieces):
    assert TOKENIZER.tokenize(text) == pieces


def test_without_the_rule_they_would_not():
    model = sentencepiece.SentencePieceProcessor(model_proto=TOKENIZER._data)
    assert model.encode("1,", out_type=str) == ["\u25811,"]


def test_truncated_models_are_found(tmp_path):
    whole = TOKENIZER._data
    path = tmp_path / "cut.model"
    # 105 bytes end between two pieces: SentencePiece itself loads that.
    for size in (1, 105, 100_000, 400_000, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(UserError, match="cut.model: not a SentencePiece"):
            SentencePieceTokenizer(path)


@pytest.mark.parametrize("junk", [b"hello\n" * 99, b"\x00" * 50, b"PK\x03\x04"])
def test_other_files_are_refused(junk, tmp_path):
    path = tmp_path / "junk.model"
    path.write_bytes(junk)
    with pytest.raises(UserError, match="junk.model: not a SentencePiece"):
        SentencePieceTokenizer(path)
