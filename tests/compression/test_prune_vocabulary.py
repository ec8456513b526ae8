import dataclasses

import keras
import numpy as np
import pytest
from small_vocabularies import wordpiece

from albert_tf.checkpoints.vocabulary import preprocessor_for
from albert_tf.compression import prune_vocabulary
from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models import AlbertPretrainer
from albert_tf.models.assignment import to_checkpoint
from albert_tf.models.loading import make_model
from albert_tf.tokenizers import (
    SentencePieceTokenizer,
    WordPieceTokenizer,
    restore_tokenizer,
)
from albert_tf.tokenizers.added_token import AddedToken
from albert_tf.tokenizers.tokenizer_settings import TokenizerSettings

PICO = AlbertConfig.from_preset("albert_pico")


@pytest.fixture(scope="module")
def lines(data_dir):
    prose = (data_dir / "books_excerpt.txt").read_text(encoding="utf-8")
    return [line for line in prose.split("\n") if line.strip()]


@pytest.fixture(scope="module", params=["wordpiece", "sentencepiece"])
def checkpoint(request, lines, tmp_path_factory):
    folder = tmp_path_factory.mktemp("vocabulary")
    if request.param == "wordpiece":
        tokenizer = wordpiece(folder, " ".join(lines), 1500)
    else:
        tokenizer = SentencePieceTokenizer()
    return made_of(tokenizer)


def made_of(tokenizer):
    config = dataclasses.replace(PICO, vocab_size=tokenizer.vocab_size)
    keras.utils.set_random_seed(0)
    preprocessor = preprocessor_for(tokenizer, config)
    model = AlbertPretrainer(config, preprocessor=preprocessor)
    model.masked_lm_head.output_bias.assign(np.arange(config.vocab_size))
    return to_checkpoint(model)


def tokenizer_of(checkpoint):
    return checkpoint.get_preprocessor().tokenizer


def unknown(tokenizer, line):
    return tokenizer.to_ids([line])[0].count(tokenizer.unk_id)


def outputs(checkpoint, texts):
    features = checkpoint.get_preprocessor()(texts)
    features["masked_positions"] = np.ones((len(texts), 1), "int32")
    model = make_model(AlbertPretrainer, checkpoint)
    return {k: np.asarray(v) for k, v in model(features).items()}


def test_a_text_that_it_was_pruned_for_stays_the_same(checkpoint, lines):
    pruned = prune_vocabulary(checkpoint, lines)
    before, after = tokenizer_of(checkpoint), tokenizer_of(pruned)
    assert after.vocab_size < before.vocab_size
    assert after.vocab_size == pruned.config.vocab_size
    for line in lines:
        assert after.tokenize(line) == before.tokenize(line)
    expected = outputs(checkpoint, lines[:3])
    actual = outputs(pruned, lines[:3])
    np.testing.assert_array_equal(
        actual["sequence_output"], expected["sequence_output"]
    )
    # Its logits are those of the pieces that stayed.
    numbers = [before.pieces.index(piece) for piece in after.pieces]
    assert numbers == sorted(numbers)
    np.testing.assert_allclose(
        actual["masked_lm_logits"],
        expected["masked_lm_logits"][..., numbers],
        rtol=1e-5,
        atol=1e-3,
    )


def test_of_a_size_the_most_used_stay(checkpoint, lines):
    everything = prune_vocabulary(checkpoint, lines)
    size = tokenizer_of(everything).vocab_size - 400
    pruned = prune_vocabulary(checkpoint, lines, size)
    tokenizer = tokenizer_of(pruned)
    assert tokenizer.vocab_size == size
    assert "the" in "".join(tokenizer.tokenize("the"))
    assert len(tokenizer.tokenize("the")) == 1
    before = tokenizer_of(checkpoint)
    for line in lines:  # what could be written still can
        assert unknown(tokenizer, line) == unknown(before, line)


def test_it_is_saved_and_loaded(checkpoint, lines, tmp_path):
    pruned = tokenizer_of(prune_vocabulary(checkpoint, lines, 600))
    again = restore_tokenizer(pruned.save(tmp_path), tmp_path)
    assert again.pieces == pruned.pieces
    assert not again.differences(pruned)
    assert again.tokenize(lines[0]) == pruned.tokenize(lines[0])


def test_added_tokens_and_settings_stay(lines, tmp_path):
    plain = wordpiece(tmp_path, " ".join(lines), 1500)
    plain.save(tmp_path)
    added = (AddedToken("<user>"), AddedToken("<url>", plain.vocab_size + 7))
    settings = TokenizerSettings(lowercase=False, added_tokens=added)
    tokenizer = WordPieceTokenizer(tmp_path / "vocab.txt", settings)
    pruned = tokenizer_of(prune_vocabulary(made_of(tokenizer), lines, 600))
    assert pruned.vocab_size == 600
    assert not pruned.settings.lowercase
    text = "<user> saw the <url>"
    assert pruned.tokenize(text) == tokenizer.tokenize(text)
    assert pruned.pieces[-2:] == ["<user>", "<url>"]


def test_refusals(checkpoint, lines):
    with pytest.raises(UserError, match="the text has no words"):
        prune_vocabulary(checkpoint, [" "])
    with pytest.raises(UserError, match="size=9 must be at least"):
        prune_vocabulary(checkpoint, lines, 9)
    with pytest.raises(UserError, match="has no weights"):
        prune_vocabulary(dataclasses.replace(checkpoint, weights=None), lines)
    bare = dataclasses.replace(checkpoint, get_preprocessor=lambda: None)
    with pytest.raises(UserError, match="has no vocabulary to prune"):
        prune_vocabulary(bare, lines)
