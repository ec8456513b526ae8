"""Tokens are drawn as a model meets them."""

import dataclasses

import numpy as np

from albert_tf.compression import token_samples
from albert_tf.compression.token_samples import draw_pieces, draw_tokens
from albert_tf.config import AlbertConfig

CONFIG = AlbertConfig(vocab_size=57, max_position_embeddings=12)
TEXTS = ["abc d", "e", "fg", "hijk"] * 5


def draw(texts, tokenizer, config=CONFIG, seed=0):
    rng = np.random.default_rng(seed)
    return draw_tokens(2000, iter(texts), tokenizer, config, rng).T


def test_tokens_are_those_of_sequences(letters):
    tokens, positions, segments = draw(TEXTS, letters)
    assert len(tokens) == 2000
    assert ((tokens == letters.cls_id) == (positions == 0)).all()
    assert set(positions) == set(range(12))  # and no sequence is longer
    assert set(segments) == {0, 1}
    assert positions[segments == 1].min() > 1
    seen = {letters.pieces[token] for token in tokens}
    assert seen == set("adefh") | {"[CLS]", "[SEP]"} | {
        f"##{letter}" for letter in "bcgijk"
    }


def test_a_model_of_one_segment(letters):
    config = dataclasses.replace(CONFIG, type_vocab_size=1)
    assert not draw(TEXTS, letters, config)[2].any()
    assert not draw_pieces(100, config, np.random.default_rng(0))[:, 2].any()


def test_any_text_may_be_drawn(letters, monkeypatch):
    monkeypatch.setattr(token_samples, "_TEXTS", 4)
    texts = "abcdefghijklmnopqrst"
    seen = [set(draw(texts, letters, seed=seed)[0]) for seed in range(30)]
    assert all(len(tokens) == 4 + 2 for tokens in seen)
    assert len(set.union(*seen)) == len(texts) + 2


def test_pieces_are_equally_likely():
    tokens, positions, segments = draw_pieces(
        20_000, CONFIG, np.random.default_rng(0)
    ).T
    assert np.bincount(tokens, minlength=57).min() > 250
    counts = np.bincount(positions)
    assert (np.diff(counts) < 0).sum() >= 10  # the first are the likeliest
    assert len(counts) == 12
    assert abs(segments.mean() - 0.5) < 0.02
