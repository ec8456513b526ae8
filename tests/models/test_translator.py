"""What is the translator's own."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops
from small_target import TARGETS, VOCABULARY

from albert_tf.data.target_vocabulary import TargetVocabulary
from albert_tf.errors import UserError
from albert_tf.models import AlbertTranslator

pytestmark = pytest.mark.filterwarnings("ignore:the weights of")


@pytest.fixture
def make(tiny):
    def make(dtype="float32", **arguments):
        keras.utils.set_random_seed(0)
        names = {f.name for f in dataclasses.fields(tiny)}
        changes = {k: arguments.pop(k) for k in names & set(arguments)}
        positions = {"max_position_embeddings": 260}
        config = dataclasses.replace(tiny, **{**positions, **changes})
        return AlbertTranslator(config, VOCABULARY, dtype=dtype, **arguments)

    return make


def targets(model):
    """Ids as batches have them, [B, T + 1]."""
    rows = model.encode_targets(TARGETS + TARGETS[:1])
    padded = np.full((4, max(map(len, rows))), -1, "int32")
    for filled, row in zip(padded, rows, strict=True):
        filled[: len(row)] = row
    return padded


@pytest.mark.backend_agnostic
def test_a_step_is_what_teaching_computes(make, batch):
    """All that is written so far gives the same as all at once."""
    model = make()
    states = model(batch)["states"]
    ids = np.maximum(targets(model), 0)
    whole = ops.convert_to_numpy(
        model.decode(ids, states, batch["padding_mask"])
    )
    for length in (1, 2, ids.shape[1]):
        step = model.decode_step(
            {
                "target_ids": ids[:, :length],
                "states": states,
                "padding_mask": batch["padding_mask"],
            },
            loop=True,
        )["logits"]
        np.testing.assert_allclose(
            ops.convert_to_numpy(step), whole[:, length - 1], atol=1e-5
        )


@pytest.mark.backend_agnostic
def test_the_loss_is_that_of_the_next_tokens_without_padding(make, batch):
    model = make()
    model.compile("sgd")
    y = targets(model)
    y_pred = model(batch)
    loss = model.compute_loss(batch, y, y_pred, training=False)
    logits = ops.convert_to_numpy(
        model.decode(
            np.maximum(y[:, :-1], 0), y_pred["states"], batch["padding_mask"]
        )
    )
    log_p = logits - np.logaddexp.reduce(logits, -1, keepdims=True)
    losses = [
        -log_p[row, k, token]
        for row, ids in enumerate(y)
        for k, token in enumerate(ids[1:])
        if token >= 0
    ]
    np.testing.assert_allclose(float(loss), np.mean(losses), rtol=1e-5)
    longer = np.concatenate([y, np.full((4, 3), -1, "int32")], 1)
    again = model.compute_loss(batch, longer, y_pred, training=False)
    np.testing.assert_allclose(float(again), float(loss), rtol=1e-5)


def test_the_softmax_has_the_weights_of_the_embedding(make):
    names = make().named_weights()
    vocab = {n for n, w in names.items() if 34 in tuple(w.shape)}
    assert vocab == {
        "decoder_embedding/token_embedding/embeddings",
        "decoder_head/output_bias",
    }


def test_sources_may_be_padded_to_the_longest_translation(make):
    with pytest.raises(UserError, match="=256 must be at least 257"):
        make(max_position_embeddings=256)


@pytest.mark.parametrize(("shared", "blocks"), [(True, 1), (False, 4)])
def test_blocks(make, shared, blocks):
    model = make(shared_decoder=shared)
    assert len(model.decoder.blocks) == blocks
    assert model.decoder.config.num_hidden_layers == 4


def test_texts_and_translations_are_learned(make, tokenizer):
    from albert_tf.data.preprocessor import TextPreprocessor

    model = make(
        preprocessor=TextPreprocessor(tokenizer, 16),
        vocab_size=tokenizer.vocab_size,
        hidden_dropout_prob=0.0,
    )
    model.compile("adam")
    texts = ["A dog runs.", "Two dogs sleep in the house.", "A house."]
    history = model.fit(texts, TARGETS, epochs=12, verbose=0)
    loss = history.history["loss"]
    assert loss[-1] < loss[0] - 0.1
    assert model.evaluate(texts, TARGETS, verbose=0) < loss[0]
    with pytest.raises(UserError, match="score translations by BLEU"):
        model.compile("adam", metrics=["accuracy"])


def test_it_comes_back_as_it_was(make, batch, tmp_path):
    model = make(beams=2, length_penalty=1.0, shared_decoder=False)
    model.save_preset(tmp_path / "m")
    loaded = AlbertTranslator.from_preset(tmp_path / "m")
    assert loaded.get_config() | {"name": ""} == model.get_config() | {
        "name": ""
    }
    inputs = {
        "target_ids": np.maximum(targets(model), 0),
        "states": ops.convert_to_numpy(model(batch)["states"]),
        "padding_mask": batch["padding_mask"],
    }
    expected = model.decode_step(inputs)["logits"]
    np.testing.assert_array_equal(
        ops.convert_to_numpy(loaded.decode_step(inputs)["logits"]),
        ops.convert_to_numpy(expected),
    )
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(
        ops.convert_to_numpy(again.decode_step(inputs)["logits"]),
        ops.convert_to_numpy(expected),
    )


def test_a_decoder_of_another_vocabulary_is_new(make, tmp_path):
    make().save_preset(tmp_path / "m")
    other = TargetVocabulary.train(["Ein anderer Hund."] * 3, 24)
    with pytest.warns(UserWarning, match="decoder.*new and random"):
        AlbertTranslator.from_preset(tmp_path / "m", target_vocabulary=other)


def test_vocabulary():
    target = TargetVocabulary(VOCABULARY)
    rows = target.encode(TARGETS)
    assert {row[0] for row in rows} == {target.begin_id}
    assert {row[-1] for row in rows} == {target.end_id}
    assert [target.decode(row) for row in rows] == TARGETS
    assert target.pad_id == 0
    assert TargetVocabulary.train(TARGETS * 3, 34) == VOCABULARY
    with pytest.warns(UserWarning, match="1 of 1 target texts are cut to 256"):
        (row,) = target.encode(["Hund " * 300])
    assert len(row) == 257
    assert row[-1] == target.end_id
    for content, message in (
        ("no base64!", "target_vocabulary is not base64"),
        ("aGFsbG8=", "not a SentencePiece model"),
    ):
        with pytest.raises(UserError, match=message):
            TargetVocabulary(content)
