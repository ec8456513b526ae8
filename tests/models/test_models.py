import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from albert_tf.errors import UserError
from albert_tf.models import (
    AlbertClassifier,
    AlbertEncoder,
    AlbertPretrainer,
    AlbertQuestionAnswerer,
)

pytestmark = pytest.mark.backend_agnostic


def arrays(outputs):
    return {k: ops.convert_to_numpy(v) for k, v in outputs.items()}


def pretraining_batch(batch):
    rng = np.random.default_rng(1)
    weights = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0]], "float32")
    targets = {
        "masked_lm_ids": rng.integers(0, 50, (4, 3), dtype="int32"),
        "masked_lm_weights": weights,
        "sentence_order_labels": np.array([0, 1, 1, 0], "int32"),
    }
    positions = np.stack([rng.permutation(9)[:3] for _ in range(4)])
    return {**batch, "masked_positions": positions.astype("int32")}, targets


def test_encoder_outputs(tiny, batch):
    encoder = AlbertEncoder(tiny)
    outputs = encoder(batch)
    assert outputs["sequence_output"].shape == (4, 9, 16)
    assert outputs["pooled_output"].shape == (4, 16)
    looped = arrays(encoder(batch, loop=True))
    detailed = encoder(batch, return_layers=True)
    assert len(detailed["hidden_states"]) == 4
    assert len(detailed["attentions"]) == 3
    for name, value in arrays(outputs).items():
        np.testing.assert_allclose(looped[name], value, atol=1e-6)
        again = ops.convert_to_numpy(detailed[name])
        np.testing.assert_allclose(again, value, atol=1e-6)


def test_without_pooler(tiny, batch):
    outputs = AlbertEncoder(tiny, pooler=False)(batch)
    assert set(outputs) == {"sequence_output"}


def test_dropout_only_in_training(tiny, batch):
    def run(seed, training):
        keras.utils.set_random_seed(seed)
        encoder = AlbertEncoder(tiny)
        twice = [encoder(batch, training=training) for _ in range(2)]
        return [ops.convert_to_numpy(o["pooled_output"]) for o in twice]

    first, second = run(0, training=False)
    np.testing.assert_array_equal(first, second)
    first, second = run(0, training=True)
    assert np.abs(first - second).max() > 1e-3
    again, _ = run(0, training=True)
    np.testing.assert_array_equal(first, again)


def test_pretraining_losses(tiny, batch):
    model = AlbertPretrainer(tiny)
    inputs, targets = pretraining_batch(batch)
    outputs = arrays(model(inputs))
    losses = model.pretraining_losses(outputs, targets)

    def nll(logits, ids):
        shifted = logits - logits.max(-1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(-1))
        picked = np.take_along_axis(shifted, ids[..., None], -1)[..., 0]
        return log_sum - picked

    weights = targets["masked_lm_weights"]
    expected = nll(outputs["masked_lm_logits"], targets["masked_lm_ids"])
    expected = (expected * weights).sum() / (weights.sum() + 1e-5)
    assert float(losses["masked_lm_loss"]) == pytest.approx(expected, 1e-5)
    expected = nll(
        outputs["sentence_order_logits"], targets["sentence_order_labels"]
    ).mean()
    assert float(losses["sentence_order_loss"]) == pytest.approx(expected, 1e-5)
    targets = {**targets, "masked_lm_weights": 0 * weights}
    losses = model.pretraining_losses(outputs, targets)
    assert float(losses["masked_lm_loss"]) == 0


@pytest.mark.slow
def test_fit_of_the_pretrainer_has_both_losses(tiny, batch):
    model = AlbertPretrainer(tiny)
    inputs, targets = pretraining_batch(batch)
    losses = model.pretraining_losses(model(inputs), targets)
    model.compile(keras.optimizers.SGD(1.0))
    scored = model.evaluate(inputs, targets, verbose=0)
    assert scored == pytest.approx(sum(map(float, losses.values())), 1e-5)
    head = model.sentence_order_head.kernel
    before = ops.convert_to_numpy(head)
    model.fit(inputs, targets, verbose=0)
    assert (ops.convert_to_numpy(head) != before).any()


@pytest.mark.slow
def test_sample_weights_reach_both_losses_of_the_pretrainer(tiny, batch):
    """An example of weight 0 is as if it were not there."""
    config = dataclasses.replace(
        tiny,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        initializer_range=0.5,
    )
    model = AlbertPretrainer(config)
    inputs, targets = pretraining_batch(batch)
    model.compile(keras.optimizers.SGD(0.0))

    def loss(rows, **weights):
        x = {k: v[rows] for k, v in inputs.items()}
        y = {k: v[rows] for k, v in targets.items()}
        fitted = model.fit(x, y, verbose=0, **weights).history["loss"][0]
        scored = model.evaluate(x, y, verbose=0, **weights)
        assert fitted == pytest.approx(scored, 1e-5)
        return scored

    everything = slice(0, 4)
    weights = np.array([1, 0, 1, 0], "float32")
    weighted = loss(everything, sample_weight=weights)
    assert weighted == pytest.approx(loss([0, 2]), 1e-5)
    assert weighted != pytest.approx(loss(everything), 1e-3)
    doubled = np.array([2, 1, 1, 1], "float32")
    assert loss(everything, sample_weight=doubled) == pytest.approx(
        loss([0, 0, 1, 2, 3]), 1e-5
    )
    assert loss(everything, sample_weight=0 * weights) == 0


def test_sample_weights_reach_both_ends_of_an_answer(tiny, batch):
    model = AlbertQuestionAnswerer(tiny)
    y = {
        "start_positions": np.array([0, 1, 2, 3]),
        "end_positions": np.array([1, 1, 3, 3]),
    }
    model.compile(keras.optimizers.SGD(0.0))
    rows = [0, 2]
    expected = model.evaluate(
        {k: v[rows] for k, v in batch.items()},
        {k: v[rows] for k, v in y.items()},
        verbose=0,
    )
    expected /= 2  # as Keras divides by all four
    weights = np.array([1, 0, 1, 0], "float32")
    scored = model.evaluate(batch, y, sample_weight=weights, verbose=0)
    assert scored == pytest.approx(expected, 1e-5)


@pytest.mark.parametrize(
    "make",
    [
        lambda config: AlbertEncoder(config, pooler=False),
        AlbertPretrainer,
        lambda config: AlbertClassifier(config, ["a", "b"]),
    ],
)
def test_keras_file(tiny, batch, tmp_path, make):
    model = make(tiny)
    inputs, _ = pretraining_batch(batch)
    expected = arrays(model(inputs))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.get_config() == model.get_config()
    for name, value in arrays(again(inputs)).items():
        np.testing.assert_array_equal(value, expected[name])


@pytest.mark.slow
def test_frozen_encoder_stays(tiny, batch):
    classifier = AlbertClassifier(tiny, ["a", "b"])
    classifier.encoder.trainable = False
    assert len(classifier.trainable_weights) == 2
    before = ops.convert_to_numpy(classifier.encoder.weights[0])
    classifier.compile(keras.optimizers.SGD(1.0))
    classifier.fit(batch, np.array([0, 1, 1, 0]), verbose=0)
    after = ops.convert_to_numpy(classifier.encoder.weights[0])
    np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("labels", [[], ["a"], ["a", "b", "a"]])
def test_wrong_labels(tiny, labels):
    with pytest.raises(UserError, match="at least two"):
        AlbertClassifier(tiny, labels)


def test_text_needs_a_preprocessor(tiny):
    classifier = AlbertClassifier(tiny, ["a", "b"])
    with pytest.raises(UserError, match="has no preprocessor"):
        classifier.predict(["text"])
