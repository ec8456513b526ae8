"""A Keras model as a graph of constants."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import keras
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2,
)

from albert_tf.data.features import INPUTS


def in_a_loop(
    model: keras.Model, features: Mapping[str, tf.Tensor]
) -> dict[str, tf.Tensor]:
    """All outputs of a model, whose layers run as a loop."""
    return model(features, training=False, loop=True)


def freeze(
    model: keras.Model, length: int | None = None, call: Callable = in_a_loop
):
    """Traces a model for one sequence.

    It is the very model that was trained; by default its layers run as a loop,
    so that the graph holds each weight once and so does a runtime that packs
    weights.
    What was trained in mixed precision is traced in float32, which its weights
    have and the converter needs.

    Args:
        model: takes `INPUTS` and its `further_inputs`, and has the argument
            `loop`, as all of ours.
        length: L; None for any.
        call: of the model and its inputs, what becomes the outputs.

    Returns:
        A `tf.function` without variables, from the inputs, int32 [1, L] (of
        multiple choice [1, n, L]), to the model's outputs by name. Where L is
        fixed, the `further_inputs` are int32 [1, 1].
    """
    model = for_inference(model)
    inputs = (*INPUTS, *model.further_inputs)
    signature = [
        tf.TensorSpec(_shape(model, name, length), tf.int32, name=name)
        for name in inputs
    ]
    return _without_variables(functools.partial(call, model), signature)


def freeze_method(model: keras.Model, method: str):
    """Traces a method of a model, such as a step of a decoder.

    Args:
        model: see `freeze`.
        method: in its `signatures`; it has the argument `loop`, too.

    Returns:
        A `tf.function` without variables, from what `method_inputs` says to
        what the method gives by name.
    """
    model = for_inference(model)
    specs = model.method_inputs(method)
    signature = [
        tf.TensorSpec(spec.shape, spec.dtype, name)
        for name, spec in specs.items()
    ]

    def run(arrays):
        return getattr(model, method)(arrays, loop=True)

    return _without_variables(run, signature)


def _without_variables(run: Callable, signature: list[tf.TensorSpec]):
    """A `tf.function` of constants, from tensors to tensors by name.

    Args:
        run: from tensors by name.
        signature: what they are.
    """

    @tf.function(input_signature=signature)
    def traced(*arrays):
        names = [spec.name for spec in signature]
        return run(dict(zip(names, arrays, strict=True)))

    concrete = traced.get_concrete_function()
    names = sorted(concrete.structured_outputs)  # the order of flattening
    # Variables of a Keras 3 model do not reach the converter, and without the
    # flag the loop would be taken apart.
    frozen = convert_variables_to_constants_v2(
        concrete, lower_control_flow=False
    )

    @tf.function(input_signature=signature)
    def named(*arrays):
        outputs = frozen(*arrays)
        return dict(zip(names, tf.nest.flatten(outputs), strict=True))

    return named


def _shape(model: keras.Model, name: str, length: int | None) -> tuple:
    if length is None:
        return (1, *(None,) * (model.input_axes - 1))
    return (1, length if name in INPUTS else 1)


def for_inference(model: keras.Model) -> keras.Model:
    """The model, or its twin in float32 and without rematerialization.

    Args:
        model: one of ours.
    """
    config = model.get_config()
    if model.compute_dtype == "float32" and not config["rematerialize"]:
        return model
    policy = keras.DTypePolicy("float32")
    config["dtype"] = keras.saving.serialize_keras_object(policy)
    twin = type(model).from_config({**config, "rematerialize": False})
    weights = model.named_weights()
    for name, weight in twin.named_weights().items():
        weight.assign(weights[name])
    return twin
