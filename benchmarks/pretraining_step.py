"""How near a step of pre-training comes to the machine's matrix products.

Prints tokens per second of whole steps (forward, backward, LAMB) on random
tokens, and which share that is of a plain matrix product with the model's own
shapes, measured in turn in the same process. The share is what to quote: the
speed depends on the machine and on what else runs there.

    python benchmarks/pretraining_step.py --batch-size 16

With KERAS_BACKEND=jax it measures the same model on JAX.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

import keras
import numpy as np
from keras import ops
from rich.console import Console
from rich.table import Table

from albert_tf.config import AlbertConfig
from albert_tf.costs import training_flops
from albert_tf.models import AlbertPretrainer
from albert_tf.training.lamb import Lamb

MASKED_SHARE = 0.15
PRODUCTS_PER_STEP = 5


def random_batch(config: AlbertConfig, batch_size: int, length: int):
    """Inputs and targets without padding."""
    rng = np.random.default_rng(0)
    masked = round(MASKED_SHARE * length)
    tokens = rng.integers(0, config.vocab_size, (batch_size, length), "int32")
    positions = rng.permuted(
        np.tile(np.arange(length), (batch_size, 1)), axis=1
    )
    positions = np.sort(positions[:, :masked]).astype("int32")
    inputs = {
        "token_ids": tokens,
        "segment_ids": (np.arange(length) >= length // 2)
        + np.zeros_like(tokens),
        "padding_mask": np.ones_like(tokens),
        "masked_positions": positions,
    }
    targets = {
        "masked_lm_ids": np.take_along_axis(tokens, positions, 1),
        "masked_lm_weights": np.ones(positions.shape, "float32"),
        "sentence_order_labels": rng.integers(0, 2, batch_size, "int32"),
    }
    return inputs, targets


def best_product(left, right) -> float:
    """Floating-point operations a second of a matrix product, best of some."""
    flops = 2 * left.shape[0] * left.shape[1] * right.shape[1]
    seconds = []
    for _ in range(PRODUCTS_PER_STEP):
        start = time.perf_counter()
        # One element, since JAX and GPUs return before they are done.
        float(ops.matmul(left, right)[0, 0])
        seconds.append(time.perf_counter() - start)
    return flops / min(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="albert_base_v2")
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--jit", action="store_true", help="compile with XLA")
    options = parser.parse_args()

    config = AlbertConfig.from_preset(options.model)
    model = AlbertPretrainer(config, dtype=options.precision)
    # JAX always compiles.
    jit = options.jit or keras.backend.backend() == "jax"
    model.compile(Lamb(1e-4), jit_compile=jit)
    inputs, targets = random_batch(config, options.batch_size, options.length)
    positions = inputs["masked_positions"].shape[1]
    flops = options.batch_size * training_flops(
        config, options.length, positions
    )

    rows = options.batch_size * options.length
    h, f = config.hidden_size, config.intermediate_size
    dtype = options.precision.removeprefix("mixed_")
    by_h, to_f, by_f, to_h = (
        ops.cast(keras.random.normal(shape, seed=0), dtype)
        for shape in ((rows, h), (h, f), (rows, f), (f, h))
    )

    seconds, limits = [], []
    for turn in range(options.steps + 1):  # the first warms up
        limit = max(best_product(by_h, to_f), best_product(by_f, to_h))
        start = time.perf_counter()
        model.train_on_batch(inputs, targets)
        if turn:
            seconds.append(time.perf_counter() - start)
            limits.append(limit)

    step, limit = statistics.median(seconds), max(limits)
    console = Console()
    console.print(
        f"{options.model}, batches of {options.batch_size} x {options.length}, "
        f"{positions} masked, {options.precision}, "
        f"{keras.backend.backend()}{' with XLA' if jit else ''}, "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    table = Table("", "median", "best", title="a step")
    for name, of in (
        ("seconds", lambda s: f"{s:.2f}"),
        ("tokens/s", lambda s: f"{rows / s:,.0f}"),
        ("GFLOP/s", lambda s: f"{flops / s / 1e9:,.0f}"),
        ("share of the product's", lambda s: f"{flops / s / limit:.0%}"),
    ):
        table.add_row(name, of(step), of(min(seconds)))
    console.print(table)
    console.print(f"matrix product: {limit / 1e9:,.0f} GFLOP/s")


if __name__ == "__main__":
    main()
