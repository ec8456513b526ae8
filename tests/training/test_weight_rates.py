"""Each weight has its share of the learning rate; l1 shrinks matrices."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from albert_tf.training.optimizers import make_optimizer, optimizer_names

RATE = 0.125


def options(optimizer="adamw", weight_decay=0.0, precision="float32"):
    return SimpleNamespace(
        optimizer=optimizer,
        weight_decay=weight_decay,
        clip_norm=1e9,
        precision=precision,
    )


def weights():
    return [
        keras.Variable(
            np.array([[1.0, -2.0], [3.0, 0.0]], "f4"), name="kernel"
        ),
        keras.Variable(np.array([1.0, -2.0], "f4"), name="bias"),
    ]


def step(optimizer, gradient):
    """What a step changes in a matrix and a vector."""
    variables = weights()
    optimizer.build(variables)
    optimizer.apply(
        [keras.ops.full(v.shape, gradient) for v in variables], variables
    )
    return [
        v.numpy() - before.numpy()
        for v, before in zip(variables, weights(), strict=True)
    ]


def shares(matrix, vector):
    paths = [v.path for v in weights()]
    return dict(zip(paths, (matrix, vector), strict=True))


# Ftrl and Lion go by signs or sums of squares; all others by the rate.
@pytest.mark.parametrize("name", sorted({*optimizer_names()} - {"ftrl"}))
def test_a_step_is_as_long_as_its_share(name):
    whole = step(make_optimizer(options(name), RATE), 0.5)
    matrix, vector = step(
        make_optimizer(options(name), RATE, rates=shares(0.25, 0.5)), 0.5
    )
    assert np.abs(whole[0]).min() > 0
    np.testing.assert_allclose(matrix, whole[0] / 4, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(vector, whole[1] / 2, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("name", ["adamw", "adam", "sgd", "muon"])
def test_weight_decay_goes_by_the_share_too(name):
    matrix, vector = step(
        make_optimizer(options(name, 0.5), RATE, rates=shares(0.25, 1)), 0.0
    )
    before = weights()[0].numpy()
    np.testing.assert_allclose(matrix, -RATE * 0.25 * 0.5 * before, atol=1e-6)
    assert not vector.any()


@pytest.mark.parametrize("name", ["adamw", "lamb", "adam", "sgd", "muon"])
def test_l1_takes_the_same_off_every_number_of_a_matrix(name):
    matrix, vector = step(make_optimizer(options(name), RATE, l1=0.5), 0.0)
    sign = np.sign(weights()[0].numpy())
    np.testing.assert_allclose(matrix, -RATE * 0.5 * sign, atol=1e-6)
    assert not vector.any()


def test_shares_of_one_change_nothing():
    plain = step(make_optimizer(options(weight_decay=0.5), RATE), 0.5)
    same = step(
        make_optimizer(options(weight_decay=0.5), RATE, rates=shares(1, 1)), 0.5
    )
    for one, other in zip(plain, same, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_goes_through_keras_files():
    optimizer = make_optimizer(options(), RATE, shares(0.5, 1), l1=0.25)
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(optimizer)
    )
    assert type(copy) is type(optimizer)
    assert copy.get_config() == optimizer.get_config()
    for one, other in zip(step(copy, 0.5), step(optimizer, 0.5), strict=True):
        np.testing.assert_array_equal(one, other)


def test_half_precision_keeps_the_shares():
    optimizer = make_optimizer(
        options(precision="mixed_float16"), RATE, shares(0.25, 0.5)
    )
    assert optimizer.inner_optimizer.rates == shares(0.25, 0.5)


@pytest.mark.parametrize("name", optimizer_names())
def test_every_optimizer_by_its_name_takes_a_step(name):
    changes = step(make_optimizer(options(name, 0.01), RATE), 0.5)
    assert all(np.isfinite(change).all() for change in changes)
    assert changes[0].any()
