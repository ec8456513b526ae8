"""Compares AdamW on the JAX backend, stateless and jitted, with NumPy."""

import sys

import jax
import keras
import numpy as np
from adamw_reference import ReferenceAdamW

from albert_tf.training.adamw import AdamW

assert keras.backend.backend() == "jax"
rng = np.random.default_rng(0)
kernel, bias = rng.normal(size=(3, 4)), rng.normal(size=4)
weights = [
    keras.Variable(kernel.astype("float32"), name="kernel"),
    keras.Variable(bias.astype("float32"), name="bias"),
]
for optimizer in (
    AdamW(0.01),
    keras.optimizers.LossScaleOptimizer(AdamW(0.01), initial_scale=1.0),
):
    reference = ReferenceAdamW([kernel, bias], decays=[True, False])
    optimizer.build(weights)
    values = [v.value for v in weights]
    state = [v.value for v in optimizer.variables]
    apply = jax.jit(optimizer.stateless_apply)
    for _ in range(10):
        grads = [rng.normal(size=w.shape).astype("float32") for w in weights]
        values, state = apply(state, grads, values)
        reference.step([g.astype(float) for g in grads], 0.01)
    for ours, theirs in zip(values, reference.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)

model = keras.Sequential([keras.layers.Embedding(5, 2), keras.layers.Dense(1)])
model.compile(AdamW(0.01), "mse")
model.fit(rng.integers(0, 5, (8, 3)), np.ones((8, 3, 1)), verbose=0)
assert "tensorflow" not in sys.modules
