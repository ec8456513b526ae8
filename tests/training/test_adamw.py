import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from albert_tf.training.adamw import AdamW
from albert_tf.training.schedules import WarmupPolynomialDecay

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from adamw_reference import ReferenceAdamW  # noqa: E402

RATE = WarmupPolynomialDecay(0.05, total_steps=12, warmup_steps=3)


def small_model():
    model = keras.Sequential(
        [
            keras.layers.Embedding(7, 4),
            keras.layers.LayerNormalization(),
            keras.layers.Dense(3),
        ]
    )
    model.build((None, 5))
    return model


def loss_gradients(model, ids, factor):
    with tf.GradientTape() as tape:
        loss = factor * tf.reduce_sum(tf.square(model(ids) - 1.0))
    return tape.gradient(loss, model.trainable_variables)


def variables(**arrays):
    return [
        keras.Variable(np.float32(value), name=name)
        for name, value in arrays.items()
    ]


# Gradients far below and far above the norm that is allowed.
@pytest.mark.parametrize("factor", [1e-3, 10.0])
def test_ten_steps_equal_the_official_rule(factor):
    keras.utils.set_random_seed(1)
    model = small_model()
    optimizer = AdamW(RATE)
    names = [v.name for v in model.trainable_variables]
    assert names == ["embeddings", "gamma", "beta", "kernel", "bias"]
    reference = ReferenceAdamW(
        model.get_weights(), decays=[True, False, False, True, False]
    )
    rng = np.random.default_rng(0)
    norms = []
    for step in range(10):
        # Ids repeat, so that rows of the sparse gradient have to add up.
        grads = loss_gradients(model, rng.integers(0, 7, (6, 5)), factor)
        assert isinstance(grads[0], tf.IndexedSlices)
        dense = [tf.convert_to_tensor(g).numpy().astype(float) for g in grads]
        optimizer.apply(grads, model.trainable_variables)
        norms.append(reference.step(dense, float(RATE(step))))
        assert float(optimizer.gradient_norm) == pytest.approx(norms[-1])
        for ours, theirs in zip(
            model.get_weights(), reference.weights, strict=True
        ):
            np.testing.assert_allclose(ours, theirs, atol=1e-6, rtol=0)
    assert all(norm > 1 for norm in norms) == (factor == 10.0)


def test_fit_equals_apply():
    def run(train):
        keras.utils.set_random_seed(2)
        model = small_model()
        model.add(keras.layers.GlobalAveragePooling1D())
        model.compile(AdamW(0.01), "mse")
        ids = np.random.default_rng(0).integers(0, 7, (4, 5))
        train(model, ids, np.ones((4, 3), np.float32))
        return model.get_weights()

    def fit(model, ids, targets):
        model.fit(ids, targets, batch_size=4, epochs=3, verbose=0)

    def apply(model, ids, targets):
        for _ in range(3):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((model(ids) - targets) ** 2)
            model.optimizer.apply(
                tape.gradient(loss, model.trainable_variables),
                model.trainable_variables,
            )

    for ours, theirs in zip(run(fit), run(apply), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_what_decays():
    spared = ("bias", "output_bias", "gamma", "beta", "previous_gate")
    weights = variables(
        kernel=2.0, embeddings=2.0, **dict.fromkeys(spared, 2.0)
    )
    AdamW(0.1).apply([np.zeros((), "float32")] * len(weights), weights)
    values = {v.name: float(v.numpy()) for v in weights}
    decayed = pytest.approx(2 - 0.1 * 0.01 * 2)
    assert values["kernel"] == decayed
    assert values["embeddings"] == decayed
    for name in spared:
        assert values[name] == 2.0


def check_clipping(optimizer_class, momentum_name):
    """The momentum after a step shows the scale of the gradients."""

    def momentum(clip_norm):
        optimizer = optimizer_class(0.1, clip_norm=clip_norm)
        optimizer.apply([np.float32(30), np.float32(40)], variables(a=1, b=1))
        assert float(optimizer.gradient_norm) == pytest.approx(50.0)
        return [float(v.numpy()) for v in getattr(optimizer, momentum_name)]

    np.testing.assert_allclose(momentum(None), [3.0, 4.0], rtol=1e-6)
    np.testing.assert_allclose(momentum(10.0), [0.6, 0.8], rtol=1e-6)


def test_clipping_can_be_switched_off():
    # The first step moves a weight by almost 0.1 / sqrt(0.001) times the
    # rate, whatever the gradient: only several weights show the scale.
    check_clipping(AdamW, "_m")


def test_a_weight_without_gradient_stays():
    weights = variables(kernel=1.0, other=1.0)
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        AdamW(0.1).apply([np.float32(1), None], weights)
    assert float(weights[0].numpy()) != 1.0
    assert float(weights[1].numpy()) == 1.0


def test_inside_a_loss_scale_optimizer():
    def run(optimizer, scale):
        weights = variables(kernel=[1.0, 2.0], bias=[0.5])
        optimizer.build(weights)
        for grads in ([[3.0, 4.0], [1.0]], [[0.1, 0.2], [0.3]]):
            optimizer.apply([np.float32(g) * scale for g in grads], weights)
        return np.concatenate([v.numpy() for v in weights])

    plain = run(AdamW(0.01), 1.0)
    scaled = keras.optimizers.LossScaleOptimizer(
        AdamW(0.01), initial_scale=1024.0
    )
    np.testing.assert_allclose(run(scaled, 1024.0), plain, atol=1e-6)


def test_trains_in_mixed_float16():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.layers.Embedding(7, 4, dtype="mixed_float16"),
            keras.layers.Flatten(),
            keras.layers.Dense(1, dtype="float32"),
        ]
    )
    model.compile(AdamW(0.01), "mse", auto_scale_loss=True)
    ids = np.random.default_rng(0).integers(0, 7, (16, 5))
    history = model.fit(ids, np.ones(16), epochs=20, verbose=0).history
    assert history["loss"][-1] < history["loss"][0] / 2


def test_serialization_and_saving(tmp_path):
    optimizer = AdamW(RATE, weight_decay=0.1, clip_norm=2.0, beta_2=0.99)
    config = optimizer.get_config()
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(optimizer)
    )
    assert copy.get_config() == config

    model = small_model()
    model.compile(AdamW(RATE), "mse")
    ids = np.random.default_rng(0).integers(0, 7, (4, 5))
    model.fit(ids, np.ones((4, 5, 3)), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for one in (model, loaded):
        one.fit(ids, np.ones((4, 5, 3)), verbose=0)
    for ours, theirs in zip(
        model.get_weights(), loaded.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


def run_case(*arguments, backend="tensorflow"):
    """Runs a script of this folder in a process of its own."""
    path = os.pathsep.join([".", *sys.path[1:]])
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=HERE.parents[1],
        env={**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]


# One process a strategy: several in one process disturb each other.
@pytest.mark.slow
def test_two_devices_equal_one(tmp_path):
    files = [tmp_path / f"{n}.npz" for n in (1, 2)]
    for replicas, file in enumerate(files, 1):
        run_case(HERE / "mirrored_case.py", replicas, file)
    one, two = (dict(np.load(file)) for file in files)
    # The case is worth something: all gradients had to be clipped.
    assert one["norms"].min() > 1.0
    np.testing.assert_allclose(two.pop("norms"), one.pop("norms"), rtol=1e-6)
    assert len(one) == len(two) == 6
    for name in one:
        np.testing.assert_allclose(two[name], one[name], atol=1e-6, rtol=0)


def test_jax_equals_the_official_rule():
    pytest.importorskip("jax")
    run_case(HERE / "jax_case.py", backend="jax")
