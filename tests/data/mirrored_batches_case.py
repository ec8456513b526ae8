"""Batches of varying length and odd last ones on two logical devices."""

import keras
import numpy as np
import tensorflow as tf

from albert_tf.data.batches import BucketedBatches
from albert_tf.tokenizers import Encoding

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0],
    [tf.config.LogicalDeviceConfiguration()] * 2,
)
strategy = tf.distribute.MirroredStrategy(["/cpu:0", "/cpu:1"])


def make_model():
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    segment_ids = keras.Input((None,), dtype="int32", name="segment_ids")
    mask = keras.Input((None,), dtype="int32", name="padding_mask")
    hidden = keras.layers.Embedding(40, 4)(token_ids)
    hidden = keras.layers.GlobalAveragePooling1D()(hidden, mask=mask)
    return keras.Model(
        [token_ids, segment_ids, mask], keras.layers.Dense(2)(hidden)
    )


def batches(number, labelled=True, **options):
    rng = np.random.default_rng(0)
    encodings = [
        Encoding([k] * length, [0] * length, None, 0)
        for k, length in enumerate(rng.integers(2, 12, number).tolist())
    ]
    labels = np.arange(number) % 2 if labelled else None
    return BucketedBatches(encodings, labels, batch_size=8, **options)


with strategy.scope():
    model = make_model()
    model.compile(
        keras.optimizers.SGD(1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
# The last batches have 8, 1 (one device gets nothing) and 3 examples.
for number in (24, 33, 35):
    model.fit(
        batches(number, shuffle=True),
        validation_data=batches(number),
        epochs=4,
        shuffle=False,
        verbose=0,
    )
    unlabelled = batches(number, labelled=False)
    logits = unlabelled.restore(model.predict(unlabelled, verbose=0))
    direct = np.concatenate(
        [model(unlabelled[k][0]).numpy() for k in range(len(unlabelled))]
    )
    np.testing.assert_allclose(logits, unlabelled.restore(direct), atol=1e-5)
    accuracy = np.mean(logits.argmax(-1) == np.arange(number) % 2)
    scores = model.evaluate(batches(number), return_dict=True, verbose=0)
    assert np.isfinite(scores["loss"])
    np.testing.assert_allclose(scores["accuracy"], accuracy, rtol=1e-6)
    assert np.ptp(logits) > 0.1
