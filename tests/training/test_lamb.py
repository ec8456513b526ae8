import keras
import numpy as np
import pytest
import tensorflow as tf
from test_adamw import HERE, loss_gradients, run_case, small_model, variables

from albert_tf.training.adamw import AdamW
from albert_tf.training.lamb import Lamb
from albert_tf.training.schedules import WarmupCosineDecay

# What the arrays are called, and the weights here.
NAMES = {
    "dense/kernel": "dense_kernel",
    "dense/bias": "bias",
    "LayerNorm/gamma": "gamma",
    "LayerNorm/beta": "beta",
    "out/kernel": "out_kernel",
}


@pytest.fixture(scope="module")
def golden(data_dir):
    """What the official LAMBOptimizer did in eight steps, unclipped."""
    with np.load(data_dir / "lamb_trajectory" / "golden.npz") as arrays:
        return dict(arrays)


def weights_of(golden):
    return [
        keras.Variable(golden[f"var/{key}/0"], name=name)
        for key, name in NAMES.items()
    ]


@pytest.mark.parametrize("how", ["eager", "graph", "compiled"])
def test_equals_the_official_trajectory(golden, how):
    weights = weights_of(golden)
    optimizer = Lamb(0.01, clip_norm=None)
    optimizer.build(weights)

    def step(*grads):
        optimizer.apply(grads, weights)

    if how != "eager":
        step = tf.function(step, jit_compile=how == "compiled")
    for t in range(8):
        step(*[tf.constant(golden[f"grad/{name}/{t}"]) for name in NAMES])
        for name, weight in zip(NAMES, weights, strict=True):
            np.testing.assert_allclose(
                weight.numpy(), golden[f"var/{name}/{t + 1}"], atol=1e-6, rtol=0
            )


def test_clips_and_tells_norm_and_ratios(golden):
    def grads_of(t):
        grads = [golden[f"grad/{name}/{t}"].astype(float) for name in NAMES]
        return grads, np.sqrt(sum(np.sum(np.square(g)) for g in grads))

    weights = weights_of(golden)
    optimizer = Lamb(0.01, weight_decay=0.1)
    m, v = [0.0] * 5, [0.0] * 5
    for t in range(8):
        grads, norm = grads_of(t)
        assert norm > 1.0
        ratios = []
        for k in (0, 4):  # the two that decay
            grad = grads[k] / norm
            m[k] = 0.9 * m[k] + 0.1 * grad
            v[k] = 0.999 * v[k] + 0.001 * grad**2
            before = weights[k].numpy().astype(float)
            update = m[k] / (np.sqrt(v[k]) + 1e-6) + 0.1 * before
            ratios.append(np.linalg.norm(before) / np.linalg.norm(update))
        optimizer.apply([np.float32(g) for g in grads], weights)
        told = optimizer.trust_ratios
        assert list(told) == ["dense_kernel", "out_kernel"]
        np.testing.assert_allclose(
            [float(r) for r in told.values()], ratios, rtol=1e-5
        )
        assert float(optimizer.gradient_norm) == pytest.approx(norm, rel=1e-6)


def test_excluded_weights_move_as_in_adamw():
    arrays = {"bias": 2.0, "output_bias": 2.0, "gamma": 2.0, "beta": 2.0}
    ours, theirs = variables(**arrays), variables(**arrays)
    for grad in (0.1, -0.4, 0.2):
        grads = [np.float32(grad)] * 4
        Lamb(0.1).apply(grads, ours)
        AdamW(0.1).apply(grads, theirs)
    np.testing.assert_array_equal(ours, theirs)
    optimizer = Lamb(0.1)
    optimizer.build(ours)
    assert optimizer.trust_ratios == {}


# Where a norm is 0 the official rule takes the ratio 1.
@pytest.mark.parametrize(
    ("weight", "grad", "decay"),
    [([0.0, 0.0], [0.3, 0.4], 0.01), ([3.0, 4.0], [0.0, 0.0], 0.0)],
)
def test_ratio_is_1_if_a_norm_is_0(weight, grad, decay):
    weights = variables(kernel=weight)
    optimizer = Lamb(0.1, weight_decay=decay)
    optimizer.apply([np.float32(grad)], weights)
    (ratio,) = optimizer.trust_ratios.values()
    assert float(ratio) == 1.0
    m, v = 0.1 * np.array(grad), 0.001 * np.square(grad)
    np.testing.assert_allclose(
        weights[0].numpy(),
        weight - 0.1 * m / (np.sqrt(v) + 1e-6),
        rtol=1e-6,
    )


def test_decay_alone_shrinks_by_the_rate():
    # The update is 0.01 * w, so the ratio is 100 whatever w is.
    weights = variables(kernel=[3.0, 4.0])
    Lamb(0.1).apply([np.zeros(2, "float32")], weights)
    np.testing.assert_allclose(weights[0].numpy(), [2.7, 3.6], rtol=1e-6)


def test_serialization():
    optimizer = Lamb(
        WarmupCosineDecay(0.1, 10), weight_decay=0.1, clip_norm=2.0, beta_2=0.99
    )
    config = optimizer.get_config()
    assert config["weight_decay"] == 0.1
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(optimizer)
    )
    assert isinstance(copy, Lamb)
    assert copy.get_config() == config


def test_goes_on_after_loading(tmp_path):
    model = small_model()
    model.compile(Lamb(0.01), "mse")
    ids = np.random.default_rng(0).integers(0, 7, (4, 5))
    model.fit(ids, np.ones((4, 5, 3)), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for one in (model, loaded):
        one.fit(ids, np.ones((4, 5, 3)), verbose=0)
    for ours, theirs in zip(
        model.get_weights(), loaded.get_weights(), strict=True
    ):
        # Far less than a fresh m would make.
        np.testing.assert_allclose(ours, theirs, atol=1e-7)


def test_state_is_float32_in_mixed_bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = small_model()
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.layers[-1].compute_dtype == "bfloat16"
    optimizer = Lamb(0.01)
    optimizer.build(model.trainable_variables)
    grads = loss_gradients(model, np.ones((2, 5), int), 1.0)
    before = model.get_weights()
    optimizer.apply(
        [tf.cast(g, "bfloat16") for g in grads], model.trainable_variables
    )
    assert {v.dtype for v in model.trainable_variables} == {"float32"}
    assert {v.dtype for v in optimizer.variables} == {"float32", "int64"}
    for old, new in zip(before, model.get_weights(), strict=True):
        assert np.isfinite(new).all()
        assert (old != new).any()


# One process a strategy: several in one process disturb each other.
@pytest.mark.slow
def test_two_devices_equal_one(tmp_path):
    files = [tmp_path / f"{n}.npz" for n in (1, 2)]
    for replicas, file in enumerate(files, 1):
        run_case(HERE / "mirrored_case.py", replicas, file, "Lamb")
    one, two = (dict(np.load(file)) for file in files)
    assert one["norms"].min() > 1.0  # all gradients had to be clipped
    assert len(one) == len(two) == 8
    for name in one:
        np.testing.assert_allclose(two[name], one[name], atol=1e-5, rtol=1e-5)


def test_jax_equals_the_official_trajectory(data_dir):
    pytest.importorskip("jax")
    golden = data_dir / "lamb_trajectory" / "golden.npz"
    run_case(HERE / "lamb_jax_case.py", golden, backend="jax")
