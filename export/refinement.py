"""Weights that lose less when they are stored in few bits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from albert_tf.data.batches import BucketedBatches
from albert_tf.errors import UserError, require, require_at_least
from albert_tf.tasks import Task
from albert_tf.tasks.predictor import Predictor
from export.freeze import for_inference
from export.grids import grids
from export.quantization import Quantization
from export.tflite import in_float


def refine(
    model,
    examples: Sequence[Any],
    quantization: Quantization | str = "int4",
    steps: int = 300,
    learning_rate: float | None = None,
    batch_size: int = 32,
    seed: int = 0,
    task_class: type[Task] | None = None,
    progress: Callable[[], None] = lambda: None,
):
    """Trains a model to answer as before once its matrices are rounded.

    In each step the matrices are what the file will have, and the gradients
    go to the exact ones ("straight through"; Bengio et al. 2013,
    arXiv:1308.3432). The loss is the mean squared difference of the outputs
    from those of the model as it is, so labels are not needed.

    Args:
        model: a trained `TaskModel`, which stays as it is.
        examples: texts of its kind, such as those that it learned from.
        quantization: what the file will be stored as; see `to_tflite`.
        steps: how many batches to learn from.
        learning_rate: its peak, from which it falls to 0; None for
            2e-5 * 768 / H.
        batch_size: B.
        seed: of the order.
        task_class: whose examples they are; see `to_tflite`.
        progress: is called after each step.

    Returns:
        A model like it, whose matrices are those that `to_tflite` will write
        with the same quantization.

    Raises:
        UserError: if no part is in integers, there are no examples, or a
            number is out of range.
    """
    quantization = Quantization.of(quantization)
    require_at_least(1, steps=steps, batch_size=batch_size)
    rate = learning_rate
    if rate is None:
        rate = 2e-5 * 768 / model.config.hidden_size
    require(0 < rate < math.inf, "must be greater than 0", learning_rate=rate)
    if not examples:
        raise UserError("there are no examples to refine with")
    predictor = Predictor.of_model(model, task_class=task_class)
    rows = predictor.rows(examples)
    batches = BucketedBatches(
        rows.encodings,
        inputs=rows.inputs,
        batch_size=batch_size,
        shuffle=True,
        seed=seed,
    )
    student = _twin(model)
    found = grids(student, in_float(student), quantization)
    if not found:
        raise UserError(
            f"quantization={quantization.brief()!r} has no part in int8 or "
            "int4 to refine"
        )
    optimizer = keras.optimizers.Adam(
        keras.optimizers.schedules.PolynomialDecay(rate, steps, 0.0),
        global_clipnorm=1.0,
    )
    optimizer.build(student.trainable_variables)
    step = _step(for_inference(model), student, found, optimizer)
    for number in range(steps):
        epoch, index = divmod(number, len(batches))
        if index == 0 and epoch:
            batches.start_epoch(epoch)
        step(dict(batches[index][0]))
        progress()
    for grid in found:
        grid.weight.assign(grid.nearest())
    return student


def _twin(model):
    """A model of its own with the same weights, in float32."""
    config = for_inference(model).get_config()
    twin = type(model).from_config(config)
    twin.preprocessor = model.preprocessor
    weights = model.named_weights()
    for name, weight in twin.named_weights().items():
        weight.assign(weights[name])
    return twin


def _step(teacher, student, found, optimizer) -> Callable:
    @tf.function(reduce_retracing=True)
    def step(features):
        expected = teacher(features, training=False)
        exact = [tf.identity(grid.weight.value) for grid in found]
        for grid in found:
            grid.weight.assign(grid.nearest())
        with tf.GradientTape() as tape:
            outputs = student(features, training=False)
            loss = sum(
                _difference(
                    outputs[name],
                    expected[name],
                    features["padding_mask"]
                    if name in student.token_outputs
                    else None,
                )
                for name in expected
            )
        variables = student.trainable_variables
        gradients = tape.gradient(
            loss, [variable.value for variable in variables]
        )
        for grid, value in zip(found, exact, strict=True):
            grid.weight.assign(value)
        optimizer.apply_gradients(
            (gradient, variable)
            for gradient, variable in zip(gradients, variables, strict=True)
            if gradient is not None
        )
        return loss

    return step


def _difference(output, expected, mask):
    """The mean squared difference; of tokens, without the padding."""
    squares = tf.square(
        tf.cast(output, tf.float32) - tf.cast(expected, tf.float32)
    )
    if mask is None:
        return tf.reduce_mean(squares)
    mask = tf.cast(mask, tf.float32)
    mask = tf.reshape(
        mask, tf.concat([tf.shape(mask), [1] * (squares.shape.rank - 2)], 0)
    )
    width = tf.reduce_mean(tf.ones_like(squares) * mask)
    return tf.reduce_mean(squares * mask) / width
