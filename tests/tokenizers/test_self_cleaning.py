"""Models that clean texts by their own rules of normalization."""

import gzip
import json

import pytest
import sentencepiece

from albert_tf.tokenizers import SentencePieceTokenizer
from albert_tf.tokenizers.self_cleaning import self_cleaning_model


def processor(tokenizer):
    found = sentencepiece.SentencePieceProcessor()
    found.LoadFromSerializedProto(self_cleaning_model(tokenizer))
    return found


@pytest.fixture(scope="module")
def published():
    tokenizer = SentencePieceTokenizer()
    return tokenizer, processor(tokenizer)


def golden_texts(data_dir):
    with gzip.open(data_dir / "tokenizer" / "vectors.jsonl.gz", "rt") as file:
        return [json.loads(line)["text"] for line in file]


@pytest.mark.parametrize(
    "settings",
    [{}, {"follows": "transformers"}, {"collapse_spaces": False}],
    ids=str,
)
def test_golden_texts_have_our_ids(data_dir, settings):
    tokenizer = SentencePieceTokenizer(**settings)
    model = processor(tokenizer)
    texts = golden_texts(data_dir)
    for text, ids in zip(texts, tokenizer.to_ids(texts), strict=True):
        assert model.encode(text) == ids, text


def test_pieces_keep_their_ids(published):
    tokenizer, model = published
    assert [
        model.id_to_piece(i) for i in range(model.get_piece_size())
    ] == tokenizer.pieces


def test_numbers_with_commas(published):
    """The pieces that ALBERT cuts again are never chosen."""
    tokenizer, model = published
    texts = ["In 1,000 years", "2007, 2,500", "it cost 9, not 19,"]
    for text, ids in zip(texts, tokenizer.to_ids(texts), strict=True):
        assert model.encode(text) == ids
    assert {model.is_unused(i) for i in tokenizer.resplit} == {True}


def test_it_is_no_larger(published):
    """Rules for single characters take less than those for their pairs."""
    tokenizer, _ = published
    assert len(self_cleaning_model(tokenizer)) < len(tokenizer.data)
