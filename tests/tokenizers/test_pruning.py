"""A vocabulary without some of its pieces cuts text as before, if it can."""

import copy
import gzip
import json
import pickle

import numpy as np
import pytest

from albert_tf.checkpoints import read_checkpoint
from albert_tf.errors import UserError
from albert_tf.models import heads
from albert_tf.tokenizers import (
    AddedToken,
    SentencePieceTokenizer,
    TokenizerSettings,
    WordPieceTokenizer,
    restore_tokenizer,
    sentencepiece_file,
)
from albert_tf.tokenizers.pruning import check_prunable, fixed_ids, keep_pieces


@pytest.fixture(scope="module")
def texts(data_dir):
    path = data_dir / "tokenizer" / "vectors.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        vectors = [json.loads(line)["text"] for line in lines]
    book = (data_dir / "books_excerpt.txt").read_text(encoding="utf-8")
    numbers = "In 1,000 or 2,014, 12, and 300,000,000, of 7,5,3, 99,"
    return vectors + book.split("\n") + numbers.split(" ") + [numbers]


def choose(tokenizer, text_list, seed=0):
    """The pieces of half of the texts, and a part of the others."""
    rng = np.random.default_rng(seed)
    kept = fixed_ids(tokenizer)
    for text in text_list[::2]:
        kept.update(tokenizer.encode(text).token_ids)
    kept.update(rng.integers(0, tokenizer.vocab_size, 2000).tolist())
    return sorted(kept)


def assert_same_pieces(tokenizer, pruned, kept, texts):
    """The same pieces under new ids wherever all are kept; how often."""
    new_ids = {old: new for new, old in enumerate(kept)}
    compared = 0
    for text in texts:
        before = tokenizer.encode(text, max_length=10**6)
        if tokenizer.unk_id in before.token_ids:
            continue
        if not new_ids.keys() >= set(before.token_ids):
            continue
        compared += 1
        after = pruned.encode(text, max_length=10**6)
        assert after.token_ids == [new_ids[i] for i in before.token_ids]
        assert after.offsets == before.offsets
        assert pruned.tokenize(text) == tokenizer.tokenize(text)
    return compared


@pytest.mark.parametrize("kind", ["sentencepiece", "wordpiece"])
def test_text_whose_pieces_stay_is_cut_as_before(kind, tokenizer, texts):
    if kind == "wordpiece":
        tokenizer = WordPieceTokenizer()
    kept = choose(tokenizer, texts)
    pruned = keep_pieces(tokenizer, kept)
    assert pruned.vocab_size == len(kept) < tokenizer.vocab_size / 2
    assert pruned.pieces == [tokenizer.pieces[i] for i in kept]
    assert pruned.settings == tokenizer.settings
    assert assert_same_pieces(tokenizer, pruned, kept, texts) > len(texts) / 2


@pytest.mark.parametrize("kind", ["sentencepiece", "wordpiece"])
def test_words_whose_pieces_are_gone_have_others(kind, tokenizer):
    word, parts = "thinking", ["\u2581think", "ing"]
    if kind == "wordpiece":
        tokenizer, word, parts = WordPieceTokenizer(), "hotel", ["hot", "##el"]
    (gone,) = tokenizer.to_ids([word])[0]
    kept = [i for i in range(tokenizer.vocab_size) if i != gone]
    assert keep_pieces(tokenizer, kept).tokenize(word) == parts


def test_pieces_that_are_cut_again_stay(tokenizer):
    """The model has "1,0" as well, and takes it in the place of "1,"."""
    pieces = ["\u2581", "\u25811", "\u258111", ",", "00", "4", "1,0", "04"]
    ids = {tokenizer.pieces.index(piece) for piece in pieces}
    pruned = keep_pieces(tokenizer, sorted(fixed_ids(tokenizer) | ids))
    expected = ["\u258111", ",", "00", "4"]
    assert pruned.tokenize("11,004") == expected
    assert tokenizer.tokenize("11,004") == expected


def test_saved_copied_and_pickled(tokenizer, texts, tmp_path):
    pruned = keep_pieces(tokenizer, choose(tokenizer, texts))
    again = restore_tokenizer(pruned.save(tmp_path), tmp_path)
    for other in (
        again,
        copy.deepcopy(pruned),
        pickle.loads(pickle.dumps(pruned)),
    ):
        assert pruned.differences(other) == []
        assert other.to_ids(texts) == pruned.to_ids(texts)


@pytest.mark.parametrize(
    "name",
    [
        "accents_removed_and_quotes",
        "byte_fallback",
        "cased_strip",
        "embedding_with_spare_rows",
        "japanese_keep_accents",
        "korean_wordpiece_no_strip",
        "pad_in_added_tokens",
        "special_names_in_brackets",
        "tokenize_chinese_chars_false",
        "vocabulary_line_twice",
    ],
)
def test_real_vocabularies(data_dir, name):
    directory = data_dir / "real_world" / name
    source = read_checkpoint(f"hf:{directory}", heads())
    tokenizer = source.get_preprocessor().tokenizer
    goldens = json.loads((directory / "golden_tok_4.57.1.json").read_text())
    texts = goldens["texts"]
    everything = [i for i, p in enumerate(tokenizer.pieces) if p]
    kept = sorted({*everything[::2], *fixed_ids(tokenizer)})
    for ids in (kept, everything):
        pruned = keep_pieces(tokenizer, ids)
        assert pruned.pieces == [tokenizer.pieces[i] for i in ids]
        for field in ("pad_id", "unk_id", "cls_id", "sep_id", "mask_id"):
            assert ids[getattr(pruned, field)] == getattr(tokenizer, field)
        assert_same_pieces(tokenizer, pruned, ids, texts)
    for text in texts:
        assert pruned.tokenize(text) == tokenizer.tokenize(text)
    assert len(kept) < len(everything)


def test_added_tokens_are_renumbered():
    words = {"user": 5, "room": 30_004}  # in the vocabulary, and behind it
    tokens = tuple(AddedToken(f"<{w}>", id=i) for w, i in words.items())
    settings = TokenizerSettings(added_tokens=tokens)
    tokenizer = SentencePieceTokenizer(settings=settings)
    kept = sorted(fixed_ids(tokenizer) | {*tokenizer.to_ids(["of the"])[0]})
    pruned = keep_pieces(tokenizer, kept)
    assert pruned.tokenize("of <room> the<user>") == (
        ["\u2581of", "<room>", "\u2581the", "<user>"]
    )
    assert pruned.vocab_size == len(kept)
    assert pruned.to_ids(["<room>"]) == [[len(kept) - 1]]


def fields(data):
    return {number for number, *_ in sentencepiece_file._fields(data)}


def test_special_ids_in_the_model_follow(train_odd_tokenizer, tmp_path):
    """Other programs read them there."""
    sentences = [
        f"{a}{b} {b}{a}{c}" for a in "abc" for b in "def" for c in "gh"
    ]
    tokenizer = train_odd_tokenizer(
        sentences,
        vocab_size=26,
        user_defined_symbols=["xyz"],
    )
    data = tokenizer._data
    assert sentencepiece_file.is_unigram(data)
    kept = sorted({*range(0, tokenizer.vocab_size, 3)} | fixed_ids(tokenizer))
    assert tokenizer.pieces.index("xyz") in kept
    tested = data + b'"\0'  # field 4: texts to test itself with, none
    assert fields(tested) == {1, 2, 3, 4}
    assert fields(sentencepiece_file.keep_pieces(tested, kept)) == {1, 2, 3}
    # As if the padding came last.
    moved = [*kept[1:], 0]
    options = sentencepiece_file._options(
        sentencepiece_file.keep_pieces(data, moved)
    )
    assert options[4] == len(kept)
    assert options[40] == 0  # unknown
    assert options[43] == len(kept) - 1  # padding


def test_what_cannot_be_pruned(data_dir, train_odd_tokenizer):
    directory = data_dir / "real_world" / "json_only"
    source = read_checkpoint(f"hf:{directory}", heads())
    with pytest.raises(UserError, match="here: .* is a tokenizer.json, which"):
        check_prunable(source.get_preprocessor().tokenizer, "here")
    sentences = ["aa bb ab ba", "abab baba", "a b"]
    odd = train_odd_tokenizer(sentences, model_type="bpe", vocab_size=12)
    with pytest.raises(UserError, match=r"here: .*\(unigram\)"):
        check_prunable(odd, "here")
