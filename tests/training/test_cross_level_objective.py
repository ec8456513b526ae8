"""The losses of pre-training after several layers."""

import dataclasses
import json

import masked_batch
import numpy as np
import pytest
import tensorflow as tf
from runs import NO_DROPOUT

from albert_tf.config import AlbertConfig
from albert_tf.errors import UserError
from albert_tf.models import AlbertPretrainer, load_model
from albert_tf.training.cross_level_objective import CrossLevelObjective
from albert_tf.training.pretrain import pretrain
from albert_tf.training.pretrain_options import PretrainOptions
from albert_tf.training.pretraining_objective import PretrainingObjective
from albert_tf.training.pretraining_objectives import objective_flops

TINY = dataclasses.replace(
    masked_batch.TINY, num_hidden_layers=4, num_hidden_groups=2
)


@pytest.fixture(scope="module")
def model():
    return AlbertPretrainer(TINY)


@pytest.fixture(scope="module")
def batch():
    return masked_batch.masked_batch()


def gradients(objective, batch):
    with tf.GradientTape() as tape:
        sums = objective.sums(batch, training=True)
        loss = objective.loss(sums, objective.counts(batch))
    weights = objective.model.named_weights()
    found = tape.gradient(loss, [w.value for w in weights.values()])
    found = [tf.convert_to_tensor(gradient).numpy() for gradient in found]
    return float(loss), dict(zip(weights, found, strict=True))


@pytest.mark.parametrize("weights", [None, [0.3]])
def test_the_last_layer_alone_is_plain_pretraining(model, batch, weights):
    plain, plain_gradients = gradients(PretrainingObjective(model), batch)
    objective = CrossLevelObjective(model, [4], weights)
    loss, own_gradients = gradients(objective, batch)
    assert loss == plain
    for name, gradient in plain_gradients.items():
        np.testing.assert_array_equal(own_gradients[name], gradient, name)
    assert objective.sum_names == PretrainingObjective.sum_names
    sums = objective.sums(batch, training=False)
    sums = {name: float(value) for name, value in sums.items()}
    results = PretrainingObjective(model).results(sums)
    assert objective.results(sums) == pytest.approx(results)


def test_the_loss_is_the_mean_by_the_weights(model, batch):
    def loss_of(*layers):
        return gradients(CrossLevelObjective(model, *layers), batch)[0]

    early = loss_of([2, 4], [1, 0])
    last = loss_of([4])
    assert abs(early - last) > 1e-2
    assert loss_of([2, 4], [1, 3]) == pytest.approx((early + 3 * last) / 4)
    assert loss_of([2, 4]) == pytest.approx((2 * early + 4 * last) / 6)


def test_layers_behind_what_counts_learn_nothing(model, batch):
    objective = CrossLevelObjective(model, [2, 4], [1, 0])
    _, found = gradients(objective, batch)
    deeper = {name for name in found if "/block_1/" in name}
    assert len(deeper) == 16
    for name, gradient in found.items():
        assert np.abs(gradient).max() > 0 or name in deeper, name
        assert not gradient.any() or name not in deeper, name


def test_results_tell_of_each_layer(model, batch):
    objective = CrossLevelObjective(model, [1, 3, 4], [1, 1, 2])
    sums = objective.sums(batch, training=False)
    assert {*sums} == {*objective.sum_names}
    sums = {name: float(value) for name, value in sums.items()}
    results = objective.results(sums)
    plain = PretrainingObjective(model)
    last = {k: float(v) for k, v in plain.sums(batch, training=False).items()}
    expected = plain.results(last)
    assert results["masked_lm_loss"] == pytest.approx(
        expected["masked_lm_loss"]
    )
    losses = [results[f"layer_{n}_loss"] for n in (1, 3)]
    assert results["loss"] == pytest.approx(
        (sum(losses) + 2 * expected["loss"]) / 4
    )
    assert 0 <= results["layer_1_sentence_order_accuracy"] <= 1
    assert f"  layer 3 {results['layer_3_masked_lm_loss']:.3f}" in (
        objective.describe(results)
    )


def test_each_depth_costs_a_head():
    config, deep = AlbertConfig(), PretrainOptions(loss_layers=[6, 12])
    plain = objective_flops(config, PretrainOptions(), 128, 19)
    head = 6 * 19 * 128 * (768 + 30_000)
    assert objective_flops(config, deep, 128, 19) == plain + head


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"loss_layers": []}, r"loss_layers=\[\] must be numbers of layers"),
        ({"loss_layers": [0, 2]}, "numbers of layers, from 1, in their order"),
        ({"loss_layers": [2, 2]}, "in their order"),
        ({"loss_layers": [1.5]}, "numbers of layers"),
        ({"loss_weights": [1.0]}, r"loss_weights=\[1.0\] needs loss_layers"),
        (
            {"loss_layers": [1, 2], "loss_weights": [1.0]},
            "must be 2 numbers, one for each of loss_layers",
        ),
        ({"loss_layers": [2], "loss_weights": [0.0]}, "not all 0"),
        ({"loss_layers": [2], "loss_weights": [-1.0]}, "at least 0"),
        ({"loss_layers": [2], "loss_weights": [np.nan]}, "at least 0"),
    ],
)
def test_options_are_checked(wrong, message):
    with pytest.raises(UserError, match=message):
        PretrainOptions(**wrong)


@pytest.mark.parametrize("layers", [[2], [2, 5]])
def test_the_last_of_the_layers_is_the_models(model, layers):
    message = "must end with num_hidden_layers=4, the layer that tasks read"
    with pytest.raises(UserError, match=message):
        CrossLevelObjective(model, layers)


@pytest.mark.slow
def test_a_run_learns_at_every_depth(corpus_directory, tmp_path):
    options = PretrainOptions(
        steps=20, batch_size=8, learning_rate=0.02, log_every=10,
        evaluate_every=20, checkpoint_every=20, loss_layers=[1, 2],
        accumulate=2, rematerialize=True,
    )  # fmt: skip
    result = pretrain("albert_pico", corpus_directory, tmp_path, options)
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    first, second, dev = map(json.loads, lines)
    for name in ("layer_1_masked_lm_loss", "masked_lm_loss"):
        assert second[name] < first[name] - 0.1
        assert dev[name] > 0
    model = load_model(tmp_path / "model")
    assert type(model) is AlbertPretrainer
    for name, weight in result.model.named_weights().items():
        np.testing.assert_array_equal(model.named_weights()[name], weight)


@pytest.mark.slow
def test_a_run_with_the_last_layer_alone_is_a_plain_run(
    corpus_directory, tmp_path
):
    runs = [
        pretrain(
            "albert_pico",
            corpus_directory,
            tmp_path / str(layers),
            PretrainOptions(steps=3, batch_size=8, loss_layers=layers),
            changes=NO_DROPOUT,
        )
        for layers in (None, [2])
    ]
    assert runs[0].dev == runs[1].dev
    plain, other = (run.model.named_weights() for run in runs)
    for name, weight in plain.items():
        np.testing.assert_array_equal(other[name], weight, name)


@pytest.mark.slow
def test_a_run_that_cannot_be_leaves_nothing(corpus_directory, tmp_path):
    options = PretrainOptions(steps=1, batch_size=8, loss_layers=[1])
    with pytest.raises(UserError, match="loss_layers="):
        pretrain("albert_pico", corpus_directory, tmp_path / "run", options)
    assert not (tmp_path / "run").exists()
