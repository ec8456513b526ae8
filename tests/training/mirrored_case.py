"""Trains on some logical devices: mirrored_case.py REPLICAS FILE [Lamb]."""

import sys

import keras
import numpy as np
import tensorflow as tf

from albert_tf import training
from albert_tf.training.gradients import clip_by_global_norm_across_replicas

STEPS, BATCH = 8, 8


def make_strategy(replicas):
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * replicas,
    )
    if replicas == 1:
        return tf.distribute.get_strategy()
    return tf.distribute.MirroredStrategy(
        [f"/cpu:{k}" for k in range(replicas)]
    )


def make_model(optimizer):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.layers.Embedding(11, 4),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(3),
        ]
    )
    model.build((None, 6))
    model.compile(getattr(training, optimizer)(0.01), loss)
    model.optimizer.build(model.trainable_variables)
    return model


def loss(targets, outputs):
    return 30.0 * tf.reduce_mean(tf.square(outputs - targets), axis=-1)


def train_loop(strategy, model, ids, targets):
    """A loop of our own; also records the norms of the gradients."""
    norms = []

    @tf.function
    def step(ids, targets):
        def replica_step(ids, targets):
            with tf.GradientTape() as tape:
                value = tf.reduce_sum(loss(targets, model(ids))) / BATCH
            grads = tape.gradient(value, model.trainable_variables)
            _, norm = clip_by_global_norm_across_replicas(grads, 1.0)
            model.optimizer.apply(grads, model.trainable_variables)
            return norm

        return strategy.run(replica_step, args=(ids, targets))

    data = tf.data.Dataset.from_tensor_slices((ids, targets)).batch(BATCH)
    for batch in strategy.experimental_distribute_dataset(data):
        here = strategy.experimental_local_results(step(*batch))
        assert len({float(norm) for norm in here}) == 1
        norms.append(float(here[0]))
    return norms


def main(replicas, file, optimizer="AdamW"):
    strategy = make_strategy(int(replicas))
    rng = np.random.default_rng(0)
    # Few tokens, so that they repeat within and across the replicas.
    ids = rng.integers(0, 11, (STEPS * BATCH, 6))
    targets = rng.normal(size=(STEPS * BATCH, 3)).astype("float32")
    with strategy.scope():
        by_fit, by_loop = make_model(optimizer), make_model(optimizer)
    by_fit.fit(ids, targets, batch_size=BATCH, shuffle=False, verbose=0)
    norms = train_loop(strategy, by_loop, ids, targets)
    arrays = {"norms": norms}
    if optimizer == "Lamb":
        # What the optimizer tells must be what the loop saw.
        told = by_loop.optimizer
        assert told.gradient_norm.numpy() == norms[-1]
        arrays["ratios"] = [r.numpy() for r in told.trust_ratios.values()]
    np.savez(file, *by_fit.get_weights(), *by_loop.get_weights(), **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
