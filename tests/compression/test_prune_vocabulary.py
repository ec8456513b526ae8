"""Pieces go that the texts have no need of; the rest does as before."""

import dataclasses

import numpy as np
import pytest
from small_vocabularies import wordpiece

from albert_tf.checkpoints import read_checkpoint, write_checkpoint
from albert_tf.compression import prune_vocabulary
from albert_tf.errors import UserError
from albert_tf.models import AlbertPretrainer, heads
from albert_tf.models.loading import make_model
from albert_tf.tokenizers import AddedToken, TokenizerSettings

WORDS = ["the", "cat", "sat", "dog", "##ting", "\u732b", "##\u732b"]
WORDS += ["\u044f", "##\u044f", "A", "[unused1]", "1", "##1"]


@pytest.fixture(scope="module")
def words(letters, tmp_path_factory):
    """Letters and a few words, with a token that was added behind them."""
    path = tmp_path_factory.mktemp("words") / "vocab.txt"
    path.write_text("\n".join([*letters.pieces, *WORDS]) + "\n", "utf-8")
    added = AddedToken("<user>", id=80)
    settings = TokenizerSettings(added_tokens=(added,))
    return type(letters)(path, settings)


@pytest.fixture
def checkpoint(random_checkpoint, words):
    """It has rows that no token has."""
    return random_checkpoint(words, vocab_size=90)


def tokenizer_of(checkpoint):
    return checkpoint.get_preprocessor().tokenizer


def unknown(checkpoint, text):
    tokenizer = tokenizer_of(checkpoint)
    return tokenizer.to_ids([text])[0].count(tokenizer.unk_id)


def gone(new, old):
    return {*tokenizer_of(old).pieces} - {*tokenizer_of(new).pieces}


def outputs(checkpoint, texts):
    model = make_model(AlbertPretrainer, checkpoint)
    inputs = checkpoint.get_preprocessor()(texts)
    length = inputs["token_ids"].shape[1]
    positions = np.tile(np.arange(length, dtype="int32"), (len(texts), 1))
    return model({**inputs, "masked_positions": positions})


def test_what_is_never_used_goes(checkpoint):
    new = prune_vocabulary(checkpoint, ["The cats sat", "<user>"])
    # Of the characters those that no text can have.
    unused = {"dog", "##ting", "[unused1]", "A", "##\u732b", ""}
    assert gone(new, checkpoint) == unused
    assert tokenizer_of(new).vocab_size == new.config.vocab_size == 57 + 9
    assert tokenizer_of(new).to_ids(["<user>"]) == [[65]]


def test_outputs_are_those_of_the_pieces_that_stay(checkpoint, tmp_path):
    texts = ["the cats", "<user> sat \u732b", "what is 11"]
    new = prune_vocabulary(checkpoint, iter(["the cats <user> sat"]))
    write_checkpoint(new, tmp_path / "new")
    again = read_checkpoint(tmp_path / "new")
    assert tokenizer_of(again).differences(tokenizer_of(new)) == []
    assert again.get_preprocessor().max_length == 512
    old_pieces = tokenizer_of(checkpoint).pieces
    kept = [old_pieces.index(piece) for piece in tokenizer_of(new).pieces]
    before, after = outputs(checkpoint, texts), outputs(again, texts)
    for name, array in after.items():
        expected = np.asarray(before[name])
        if name == "masked_lm_logits":
            expected = expected[..., kept]
        # A narrower product may sum in another order.
        np.testing.assert_allclose(array, expected, atol=1e-5)


def test_the_most_used_pieces_stay(checkpoint):
    texts = ["the cat dog sat", "the cat dog", "the cat", "the"]
    everything = prune_vocabulary(checkpoint, texts)
    # Characters of other alphabets go first, then what is used least.
    lost = ["##\u044f", "\u044f", "\u732b", "sat", "dog", "cat", "the"]
    for number in range(len(lost)):
        size = everything.config.vocab_size - number
        new = prune_vocabulary(checkpoint, texts, size)
        assert new.config.vocab_size == size
        assert gone(new, everything) == {*lost[:number]}


def test_characters_of_the_texts_come_before_words(checkpoint):
    texts = ["\u044f the", "the"]
    new = prune_vocabulary(checkpoint, texts, 5 + 1 + 52 + 2 + 2)
    assert {"\u044f", "##\u044f"} <= {*tokenizer_of(new).pieces}
    assert "the" in gone(new, checkpoint)
    few = prune_vocabulary(checkpoint, ["bbb", "bb"], 8)
    assert tokenizer_of(few).pieces[5:7] == ["b", "##b"]


@pytest.fixture(params=["wordpiece", "sentencepiece"])
def real(request, random_checkpoint, lines, tokenizer, tmp_path):
    """With a vocabulary of real words."""
    if request.param == "wordpiece":
        tokenizer = wordpiece(tmp_path, " ".join(lines), 1500)
    return random_checkpoint(tokenizer, vocab_size=tokenizer.vocab_size)


@pytest.fixture(scope="module")
def lines(data_dir):
    prose = (data_dir / "books_excerpt.txt").read_text(encoding="utf-8")
    return [line for line in prose.split("\n") if line.strip()]


def test_a_text_that_it_was_pruned_for_is_cut_as_before(real, lines):
    new = prune_vocabulary(real, lines[::2])
    assert new.config.vocab_size < 0.9 * real.config.vocab_size
    for line in lines[::2]:
        before = tokenizer_of(real).tokenize(line)
        assert tokenizer_of(new).tokenize(line) == before


def test_no_word_becomes_unknown(real, lines):
    new = prune_vocabulary(real, lines[::2], 400)
    assert new.config.vocab_size == 400
    for line in lines:
        assert unknown(new, line) == unknown(real, line)


def test_a_text_of_known_words_has_no_unknown_ones_after(
    random_checkpoint, tokenizer
):
    old = random_checkpoint(tokenizer, vocab_size=30_000)
    text = "Hardly 1,000 of these words are left: (naively) tokenized!"
    new = prune_vocabulary(old, ["these words"], 400)
    ids = tokenizer_of(new).encode(text).token_ids
    assert tokenizer_of(new).unk_id not in ids
    assert "\u2581these" in tokenizer_of(new).tokenize(text)
    assert tokenizer_of(new).decode(ids) == text.lower()


def test_texts_are_counted_as_a_whole_where_words_are_not_apart(
    random_checkpoint, train_odd_tokenizer
):
    sentences = ["good day to you", "good day", "to you all", "you"] * 20
    odd = train_odd_tokenizer(
        sentences,
        vocab_size=30,
        split_by_whitespace=False,
        hard_vocab_limit=False,
    )
    assert not odd.words_are_apart
    old = random_checkpoint(odd)
    new = prune_vocabulary(old, ["good day to you"])
    expected = odd.tokenize("good day to you")
    assert any("\u2581" in piece[1:] for piece in expected)
    assert tokenizer_of(new).tokenize("good day to you") == expected


def test_mistakes(checkpoint, random_checkpoint, letters, data_dir):
    with pytest.raises(UserError, match="size=6 must be more than 6"):
        prune_vocabulary(checkpoint, ["the"], 6)
    with pytest.raises(UserError, match="texts: have no token"):
        prune_vocabulary(checkpoint, ["", " "])
    with pytest.raises(UserError, match="several texts, received one str"):
        prune_vocabulary(checkpoint, "the cat")
    with pytest.raises(UserError, match="numbers: has no vocabulary"):
        prune_vocabulary(random_checkpoint(), ["the"])
    with pytest.raises(UserError, match="has no weights"):
        prune_vocabulary(read_checkpoint("albert_pico"), ["the"])
    source = f"hf:{data_dir}/real_world/json_only"
    with pytest.raises(UserError, match="json_only: .* tokenizer.json"):
        prune_vocabulary(read_checkpoint(source, heads()), ["the"])
    nothing = dataclasses.replace(checkpoint, weights=None)
    with pytest.raises(UserError, match="numbers: .* no weights"):
        prune_vocabulary(nothing, ["the"])
