"""What both tokenizers have in common."""

import copy
import gzip
import json
import pathlib
import pickle
import string
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.errors import UserError
from albert_tf.tokenizers import (
    SentencePieceTokenizer,
    WordPieceTokenizer,
    restore_tokenizer,
)

DATA = pathlib.Path(__file__).parent.parent / "data" / "tokenizer"
TOKENIZERS = [SentencePieceTokenizer(), WordPieceTokenizer()]
both = pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=lambda t: t.kind)


def golden_texts():
    with gzip.open(DATA / "vectors.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def check_offsets(tokenizer, text):
    offsets = tokenizer.encode(text, max_length=10**6).offsets[1:-1]
    assert all(0 <= start <= end <= len(text) for start, end in offsets)
    starts, ends = [s for s, _ in offsets], [e for _, e in offsets]
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    return offsets


@both
def test_offsets_of_golden_texts(tokenizer):
    for text in golden_texts():
        check_offsets(tokenizer, text)


@both
@given(text=st.text())
def test_offsets_of_any_text(tokenizer, text):
    check_offsets(tokenizer, text)


@both
@given(text=st.text(string.printable.strip() + " \t\n"))
def test_ascii_pieces_lie_where_the_offsets_say(tokenizer, text):
    offsets = check_offsets(tokenizer, text)
    for piece, (start, end) in zip(
        tokenizer.tokenize(text), offsets, strict=True
    ):
        if piece != "[UNK]":
            found = text[start:end].lower()
            assert found == piece.lstrip("\u2581").removeprefix("##") or (
                found == piece == "##"  # two signs, not a continuation
            )


@both
def test_batch_agrees_on_golden_texts(tokenizer):
    texts = golden_texts()
    for text, fast in zip(texts, tokenizer.encode_batch(texts), strict=True):
        slow = tokenizer.encode(text)
        assert fast.token_ids == slow.token_ids
        assert fast.num_truncated == slow.num_truncated


@both
@given(
    pairs=st.lists(st.tuples(st.text(), st.text()), max_size=4),
    max_length=st.integers(3, 30),
)
def test_batch_agrees_on_any_pairs(tokenizer, pairs, max_length):
    texts, others = [a for a, _ in pairs], [b for _, b in pairs]
    batch = tokenizer.encode_batch(texts, others, max_length)
    assert len(batch) == len(pairs)
    for (text, other), fast in zip(pairs, batch, strict=True):
        slow = tokenizer.encode(text, other, max_length)
        assert fast.offsets is None
        assert len(slow.offsets) == len(slow.token_ids)
        slow.offsets = None
        assert fast == slow


@both
def test_layout_of_a_pair(tokenizer):
    encoding = tokenizer.encode("the house", "a cat")
    cls, sep = tokenizer.cls_id, tokenizer.sep_id
    first = tokenizer.encode("the house")
    second = tokenizer.encode("a cat")
    assert first.token_ids[0] == cls
    assert first.segment_ids == [0] * len(first.token_ids)
    assert encoding.token_ids == first.token_ids + second.token_ids[1:]
    assert encoding.token_ids[-1] == sep
    assert encoding.segment_ids == [0] * len(first.token_ids) + [1] * (
        len(second.token_ids) - 1
    )
    assert encoding.offsets == first.offsets + second.offsets[1:]
    assert encoding.num_truncated == 0


@both
def test_a_pair_without_tokens_is_no_pair(tokenizer):
    assert tokenizer.encode("the house", " ") == tokenizer.encode("the house")
    assert tokenizer.encode_batch(["the house"], [""]) == (
        tokenizer.encode_batch(["the house"])
    )


@given(
    first=st.integers(0, 12), second=st.integers(1, 12), room=st.integers(0, 24)
)
def test_pairs_lose_tokens_one_by_one_from_the_longer(first, second, room):
    tokenizer = TOKENIZERS[0]
    encoding = tokenizer.encode("a " * first, "the " * second, room + 3)
    kept = [first, second]
    while sum(kept) > room:
        kept[0 if kept[0] > kept[1] else 1] -= 1
    (a,) = tokenizer.encode("a").token_ids[1:-1]
    (the,) = tokenizer.encode("the").token_ids[1:-1]
    assert encoding.token_ids.count(a) == kept[0]
    assert encoding.token_ids.count(the) == kept[1]
    assert encoding.num_truncated == first + second - sum(kept)
    assert len(encoding.token_ids) <= room + 3


@both
def test_single_texts_lose_their_end(tokenizer):
    whole = tokenizer.encode("the house of the rising sun")
    short = tokenizer.encode("the house of the rising sun", max_length=5)
    assert short.token_ids == [*whole.token_ids[:4], tokenizer.sep_id]
    assert short.offsets == [*whole.offsets[:4], (0, 0)]
    assert short.num_truncated == len(whole.token_ids) - 5


@both
def test_decode_leaves_special_tokens_out(tokenizer):
    encoding = tokenizer.encode("The house", "a cat")
    ids = [*encoding.token_ids, tokenizer.mask_id, tokenizer.pad_id]
    assert tokenizer.decode(ids) == "the house a cat"
    assert tokenizer.decode([]) == ""


@both
def test_written_special_tokens_stay_text(tokenizer):
    ids = tokenizer.encode("[CLS] [MASK] [SEP] <pad> [PAD]").token_ids
    specials = {tokenizer.cls_id, tokenizer.sep_id, tokenizer.mask_id}
    assert specials.isdisjoint(ids[1:-1])
    assert tokenizer.pad_id not in ids


@both
def test_copies_are_the_same_and_pickles_equal(tokenizer):
    assert copy.deepcopy(tokenizer) is tokenizer
    other = pickle.loads(pickle.dumps(tokenizer))
    assert other.encode("Unaffable, 1,000,") == (
        tokenizer.encode("Unaffable, 1,000,")
    )
    assert other.differences(tokenizer) == []


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("kind", [SentencePieceTokenizer, WordPieceTokenizer])
def test_save_and_load(kind, lowercase, tmp_path):
    tokenizer = kind(lowercase=lowercase)
    config = json.loads(json.dumps(tokenizer.save(tmp_path / "new")))
    other = restore_tokenizer(config, tmp_path / "new")
    assert type(other) is kind
    assert other.settings.lowercase is lowercase
    assert other.tokenize("Das HAUS") == tokenizer.tokenize("Das HAUS")
    assert len(list((tmp_path / "new").iterdir())) == 1


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({}, "'tokenizer' is missing"),
        (
            {"tokenizer": "bpe", "vocabulary": "v", "lowercase": True},
            "one of sentencepiece, wordpiece, tokenizers, received 'bpe'",
        ),
        (
            {"tokenizer": "wordpiece", "vocabulary": "v", "lowercase": True},
            "v: No such file",
        ),
    ],
)
def test_bad_configurations(config, word, tmp_path):
    with pytest.raises(UserError, match=word):
        restore_tokenizer(config, tmp_path)


@both
@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda t: t.encode(b"a"), "text must be a str, received bytes"),
        (lambda t: t.encode("a", 3), "pair must be a str, received int"),
        (lambda t: t.tokenize(None), "text must be a str, received NoneType"),
        (lambda t: t.encode("a\ud800"), "surrogate pair at character 1"),
        (lambda t: t.encode("a", max_length=1), "at least 2 for a text"),
        (lambda t: t.encode("a", "b", 2), "at least 3 for a pair, received 2"),
        (lambda t: t.encode_batch("ab"), "must be a list of str"),
        (lambda t: t.encode_batch(["a", 1.5]), r"texts\[1\] must be a str"),
        (lambda t: t.encode_batch(["a"], [None]), r"pairs\[0\] must be a str"),
        (lambda t: t.encode_batch(["a"], []), "received 1 and 0"),
        (lambda t: t.encode_batch(["a"], max_length=0), "received 0"),
        (lambda t: t.decode([5, -1]), "token id -1 is outside"),
        (lambda t: t.decode([10**6]), "token id 1000000 is outside"),
    ],
)
def test_bad_input(tokenizer, call, word):
    with pytest.raises(UserError, match=word) as error:
        call(tokenizer)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("kind", [SentencePieceTokenizer, WordPieceTokenizer])
def test_bad_vocabulary_files(kind, tmp_path):
    with pytest.raises(UserError, match="nowhere: No such file"):
        kind(tmp_path / "nowhere")
    with pytest.raises(UserError, match="Is a directory"):
        kind(tmp_path)
    empty = tmp_path / "empty"
    empty.touch()
    with pytest.raises(UserError, match="empty: the file is empty"):
        kind(empty)


@both
def test_added_tokens_with_one_id(tokenizer):
    tokens = [{"content": content, "id": 40000} for content in ("aa", "bb")]
    with pytest.raises(UserError, match="'aa' and 'bb' have the same id, 40"):
        type(tokenizer)(added_tokens=tokens)


def test_import_stays_light():
    code = (
        "import sys, albert_tf.tokenizers as t; t.SentencePieceTokenizer();"
        "print({'tokenizers', 'tensorflow', 'keras', 'numpy',"
        " 'google.protobuf'} & set(sys.modules))"
    )
    output = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert output.strip() == "set()"
