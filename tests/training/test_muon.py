import keras
import numpy as np
import pytest
import tensorflow as tf
from test_adamw import (
    check_clipping,
    loss_gradients,
    small_model,
    variables,
)

from albert_tf import AlbertPretrainer
from albert_tf.training.muon import Muon


def test_a_matrix_goes_the_same_way_in_all_directions():
    """Whatever the sizes of the gradient's singular values."""
    rng = np.random.default_rng(0)
    left, _ = np.linalg.qr(rng.normal(size=(32, 32)))
    right, _ = np.linalg.qr(rng.normal(size=(32, 32)))
    gradient = left * np.geomspace(1.0, 1e-2, 32) @ right
    (weight,) = variables(kernel=np.zeros((32, 32)))
    Muon(0.01, weight_decay=0.0).apply([np.float32(gradient)], [weight])
    update = -left.T @ weight.numpy() @ right.T
    # As long as Adam's steps are: about 0.2 an element and rate.
    sizes = np.diag(update) / (0.01 * 0.2 * np.sqrt(32))
    assert sizes.min() > 0.6
    assert sizes.max() < 1.3
    off_diagonal = update - np.diag(np.diag(update))
    assert np.abs(off_diagonal).max() < 1e-5


def test_what_goes_by_adam():
    """Everything but matrices; embeddings and their projection too."""
    shapes = {"kernel": (4, 4), "bias": (4,), "embeddings": (4, 4)}
    weights = variables(**{name: np.zeros(s) for name, s in shapes.items()})
    rng = np.random.default_rng(0)
    gradients = [rng.normal(size=s).astype("f4") for s in shapes.values()]
    Muon(0.3, weight_decay=0.0, clip_norm=None).apply(gradients, weights)
    _, bias, embeddings = (weight.numpy() for weight in weights)
    # Adam's first step has the rate's size, here a third of it.
    for value, gradient in zip((bias, embeddings), gradients[1:], strict=True):
        np.testing.assert_allclose(value, -0.1 * np.sign(gradient), rtol=1e-4)
    assert not np.allclose(np.abs(weights[0].numpy()), 0.1, atol=0.01)


@pytest.mark.filterwarnings("ignore:the weights of")
def test_which_matrices_of_albert_go_by_muon():
    model = AlbertPretrainer.from_preset("albert_pico")
    weights = model.trainable_variables
    optimizer = Muon(0.01)
    optimizer.build(weights)
    velocities = zip(weights, optimizer.adam_velocities, strict=True)
    by_muon = {weight.path for weight, v in velocities if v is None}
    block = "encoder/transformer/block_0"
    assert by_muon == {
        *(f"{block}/attention/{name}/kernel"
          for name in ("query", "key", "value", "output")),
        f"{block}/feed_forward/intermediate/kernel",
        f"{block}/feed_forward/output/kernel",
        f"{model.name}/masked_lm_head/transform/kernel",
    }  # fmt: skip


def test_clips_and_tells_the_norm():
    check_clipping(Muon, "momentums")


def test_what_decays():
    weights = variables(kernel=[[2.0]], embeddings=[[2.0]], bias=2.0, gamma=2)
    Muon(0.1).apply([np.zeros(w.shape, "float32") for w in weights], weights)
    values = [float(np.squeeze(weight.numpy())) for weight in weights]
    decayed = pytest.approx(2 - 0.1 * 0.01 * 2)
    assert values == [decayed, decayed, 2.0, 2.0]


def test_serialization():
    optimizer = Muon(0.1, weight_decay=0.2, clip_norm=3.0)
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(optimizer)
    )
    assert copy.get_config() == optimizer.get_config()
    assert copy.adam_weight_decay == 0.2


@pytest.mark.parametrize("jit", [False, True])
def test_trains(jit):
    keras.utils.set_random_seed(0)
    model = small_model()
    optimizer = Muon(0.03)
    optimizer.build(model.trainable_variables)
    ids = np.random.default_rng(0).integers(0, 7, (6, 5))

    @tf.function(jit_compile=jit)
    def step():
        gradients = loss_gradients(model, ids, 1.0)
        optimizer.apply(gradients, model.trainable_variables)

    def loss():
        return float(tf.reduce_sum(tf.square(model(ids) - 1.0)))

    before = loss()
    for _ in range(60):
        step()
    assert loss() < before / 10
