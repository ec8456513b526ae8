"""Compares Lamb on the JAX backend, jitted, with a file of the official one."""

import sys

import jax
import keras
import numpy as np

from albert_tf.training.lamb import Lamb

assert keras.backend.backend() == "jax"
golden = np.load(sys.argv[1])
names = [k[4:-2] for k in golden.files if k[:4] == "var/" and k[-2:] == "/0"]
assert len(names) == 5
weights = [
    keras.Variable(
        golden[f"var/{name}/0"],
        name=name.replace("/kernel", "_kernel").split("/")[-1],
    )
    for name in names
]
optimizer = Lamb(0.01, clip_norm=None)
optimizer.build(weights)
values = [v.value for v in weights]
state = [v.value for v in optimizer.variables]
apply = jax.jit(optimizer.stateless_apply)
for t in range(8):
    grads = [golden[f"grad/{name}/{t}"] for name in names]
    values, state = apply(state, grads, values)
    for name, value in zip(names, values, strict=True):
        np.testing.assert_allclose(
            value, golden[f"var/{name}/{t + 1}"], atol=1e-6, rtol=0
        )
for variable, value in zip(optimizer.variables, state, strict=True):
    variable.assign(value)
norm = np.sqrt(sum(np.sum(np.square(g)) for g in grads))
np.testing.assert_allclose(optimizer.gradient_norm, norm, rtol=1e-6)
assert len(optimizer.trust_ratios) == 2
assert all(ratio.numpy() != 1 for ratio in optimizer.trust_ratios.values())
