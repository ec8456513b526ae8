"""Tokens are predicted from their neighbours beside masked LM."""

import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf
from masked_batch import TINY, masked_batch

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models import AlbertPretrainer, load_model
from albert_tf.training.aligned_objective import AlignedObjective
from albert_tf.training.cross_level_objective import CrossLevelObjective
from albert_tf.training.pretrain import pretrain
from albert_tf.training.pretrain_options import PretrainOptions
from albert_tf.training.pretraining_objective import PretrainingObjective
from albert_tf.training.pretraining_objectives import (
    make_objective,
    objective_flops,
)


def make(rematerialize=False):
    tf.keras.utils.set_random_seed(0)
    return AlbertPretrainer(TINY, rematerialize=rematerialize)


@pytest.fixture(scope="module")
def model():
    return make()


@pytest.fixture(scope="module")
def batch():
    return masked_batch()


def loss_of(objective, batch):
    sums = objective.sums(batch, training=False)
    return objective.loss(sums, objective.counts(batch))


def gradients(objective, batch):
    weights = objective.model.named_weights()
    with tf.GradientTape() as tape:
        loss = loss_of(objective, batch)
    found = tape.gradient(loss, [w.value for w in weights.values()])
    found = [tf.convert_to_tensor(gradient).numpy() for gradient in found]
    return dict(zip(weights, found, strict=True))


def test_the_loss_is_added_by_its_weight(model, batch):
    plain = PretrainingObjective(model)
    sums = AlignedObjective(plain, 0.5).sums(batch, training=False)
    assert {*sums} == {*AlignedObjective(plain, 0.5).sum_names}
    own = float(sums["aligned_nll"]) / 9
    assert own > 1
    for weight in (0.5, 2.0):
        objective = AlignedObjective(plain, weight)
        expected = float(loss_of(plain, batch)) + weight * own
        assert float(loss_of(objective, batch)) == pytest.approx(
            expected, rel=1e-5
        )
        numbers = {name: float(value) for name, value in sums.items()}
        results = objective.results(numbers)
        assert results["loss"] == pytest.approx(expected, rel=1e-5)
        assert results["aligned_loss"] == pytest.approx(own, rel=1e-5)
        assert f"aligned {own:.3f}" in objective.describe(results)


def test_the_masks_do_not_matter_to_it(model, batch):
    """The text is read as it was before, and what is hidden is predicted."""
    inputs, targets = batch
    objective = AlignedObjective(PretrainingObjective(model), 1.0)
    whole = inputs["token_ids"].copy()
    is_masked = targets["masked_lm_weights"] > 0
    rows, columns = np.nonzero(is_masked)
    places = inputs["masked_positions"][rows, columns]
    whole[rows, places] = targets["masked_lm_ids"][is_masked]
    one, other = (
        objective.sums(({**inputs, "token_ids": ids}, targets), False)
        for ids in (inputs["token_ids"], whole)
    )
    assert one["aligned_nll"] == other["aligned_nll"]
    assert abs(one["masked_lm_nll"] - other["masked_lm_nll"]) > 1e-2


def test_gradients_reach_the_same_weights(model, batch):
    plain = PretrainingObjective(model)
    found = gradients(AlignedObjective(plain, 1.0), batch)
    without = gradients(plain, batch)
    assert found.keys() == without.keys()
    for name, gradient in found.items():
        is_same = np.array_equal(gradient, without[name])
        of_order = "pooler" in name or "sentence_order" in name
        assert is_same == of_order, name


def test_gradients_are_the_same_when_layers_are_computed_again(model, batch):
    found = [
        gradients(AlignedObjective(PretrainingObjective(m), 1.0), batch)
        for m in (make(), make(rematerialize=True))
    ]
    for name, gradient in found[0].items():
        np.testing.assert_allclose(
            found[1][name], gradient, atol=1e-6, err_msg=name
        )


def test_it_goes_with_the_losses_of_several_layers(model, batch):
    options = PretrainOptions(loss_layers=[1, 2], aligned_weight=0.5)
    objective = make_objective(model, options)
    beside = CrossLevelObjective(model, [1, 2])
    sums = objective.sums(batch, training=False)
    own = float(sums["aligned_nll"]) / 9
    assert float(loss_of(objective, batch)) == pytest.approx(
        float(loss_of(beside, batch)) + 0.5 * own, rel=1e-5
    )


def test_it_costs_a_second_pass():
    config, aligned = AlbertConfig(), PretrainOptions(aligned_weight=1.0)
    plain = objective_flops(config, PretrainOptions(), 128, 19)
    assert objective_flops(config, aligned, 128, 19) == 2 * plain


def test_without_it_nothing_of_it_is_there(model):
    objective = make_objective(model, PretrainOptions())
    assert type(objective) is PretrainingObjective


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_options_are_checked(weight):
    message = "aligned_weight=.* must be greater than 0, or None"
    with pytest.raises(UserError, match=message):
        PretrainOptions(aligned_weight=weight)


@pytest.mark.slow
def test_a_run_learns_it(corpus_directory, tmp_path):
    options = PretrainOptions(
        steps=20, batch_size=8, learning_rate=0.02, log_every=10,
        evaluate_every=20, checkpoint_every=20, aligned_weight=1.0,
        accumulate=2, rematerialize=True,
    )  # fmt: skip
    result = pretrain("albert_pico", corpus_directory, tmp_path, options)
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    first, second, dev = map(json.loads, lines)
    for name in ("aligned_loss", "masked_lm_loss"):
        assert second[name] < first[name] - 0.1
        assert dev[name] > 0
    model = load_model(tmp_path / "model")
    assert type(model) is AlbertPretrainer
    for name, weight in result.model.named_weights().items():
        np.testing.assert_array_equal(model.named_weights()[name], weight)


def test_layers_that_read_the_one_before_see_every_token():
    config = dataclasses.replace(TINY, cross_layer_attention=True)
    options = PretrainOptions(aligned_weight=1.0)
    with pytest.raises(UserError, match="not go with cross_layer_attention"):
        make_objective(AlbertPretrainer(config), options)
