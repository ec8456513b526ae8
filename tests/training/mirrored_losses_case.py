"""Prints each model's loss on one device, and the sum of those on two.

Keras adds up the gradients of devices, so each must have a share of the loss.
"""

import json

import numpy as np
import tensorflow as tf

(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(
    cpu, [tf.config.LogicalDeviceConfiguration()] * 2
)

import keras  # noqa: E402

from albert_tf import models  # noqa: E402
from albert_tf.config import AlbertConfig  # noqa: E402
from albert_tf.training.focal_crossentropy import (  # noqa: E402
    FocalCrossentropy,
)

CONFIG = AlbertConfig(
    vocab_size=50,
    embedding_size=8,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=16,
    initializer_range=0.3,
)
TAGS = {"labels": ["O", "B-x", "I-x"]}
CLASSES = np.array([0, 1, 1, 0])
SLOTS = np.array([[-1, 0, 1, 2, 0, -1]] * 4)
SPANS = {
    "start_positions": np.array([3, 0, 4, 4]),
    "end_positions": np.array([4, 0, 4, 4]),
}
MASKED = {
    "masked_lm_ids": np.array([[3, 1]] * 4),
    "masked_lm_weights": np.ones((4, 2), "float32"),
    "sentence_order_labels": CLASSES,
}
CASES = {
    "AlbertClassifier": (TAGS, CLASSES),
    "AlbertCrfTagger": (TAGS, SLOTS),
    "AlbertEarlyExitClassifier": (TAGS, CLASSES),
    "AlbertIntentSlotTagger": (
        {**TAGS, "intents": ["a", "b"]},
        {"slots": SLOTS, "intents": CLASSES},
    ),
    "AlbertJointQuestionAnswerer": ({}, SPANS),
    "AlbertPretrainer": ({}, MASKED),
    "AlbertQuestionAnswerer": ({}, SPANS),
    "AlbertTagger": (TAGS, SLOTS),
}
FOCAL = {
    "AlbertClassifier": FocalCrossentropy(),
    "AlbertTagger": FocalCrossentropy(ignore_class=-1),
}
INPUTS = {
    "token_ids": np.arange(24).reshape(4, 6) + 5,
    "segment_ids": np.array([[0, 0, 0, 1, 1, 1]] * 4),
    "padding_mask": np.ones((4, 6), "int32"),
}


def losses(name, loss):
    arguments, targets = CASES[name]
    inputs = dict(INPUTS)
    if name == "AlbertPretrainer":
        inputs["masked_positions"] = np.array([[1, 2]] * 4)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    found = []
    for scope in (tf.distribute.get_strategy(), strategy):
        keras.utils.set_random_seed(0)
        with scope.scope():
            model = getattr(models, name)(CONFIG, **arguments)
            model.compile("sgd", **({"loss": loss} if loss else {}))

            def step(model=model):
                outputs = model(inputs)
                return model.compute_loss(
                    inputs, targets, outputs, training=False
                )

            shares = scope.run(step)
            found.append(float(scope.reduce("sum", shares, axis=None)))
    return found


results = {name: losses(name, None) for name in CASES}
for name, loss in FOCAL.items():
    results[f"{name}, focal"] = losses(name, loss)
print(json.dumps(results))
