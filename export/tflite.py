"""TFLite files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from albert_tf.errors import UserError, require_one_of
from albert_tf.files import check_new_file, new_file
from export.bundle import append_bundle
from export.fixed_lengths import FixedLengths
from export.quantization import Quantization
from export.quiet import quiet

if TYPE_CHECKING:
    from albert_tf.models.preset_model import PresetModel
    from albert_tf.tasks import Task
    from export.task_library import TaskLibrary

CLIENTS = ("task-library",)


def to_tflite(
    model: PresetModel,
    path: str | os.PathLike,
    quantization: Quantization | str | None = None,
    overwrite: bool = False,
    task_class: type[Task] | None = None,
    check: Callable[[Path], None] = lambda path: None,
    lengths: Sequence[int] | None = None,
    compatible: str | None = None,
) -> None:
    """Writes one file with all that prediction needs.

    The file takes sequences of any length, has the signature
    "serving_default" with the model's names for inputs and outputs (a model
    that writes has the two `signatures` of its class), and holds each weight
    once. Labels, configuration and vocabulary travel in it.

    Runtimes that cannot resize (CompiledModel in Kotlin, LiteRT.js) need
    `lengths`: the file then has a signature for each of them, such as
    "length_16", and still each weight once.

    The ready-made clients of Google need `compatible`: MediaPipe's
    `TextClassifier`, and of the TFLite Task Library `BertNLClassifier` and
    `BertQuestionAnswerer`. `export.load` reads such a file, too.

    Args:
        model: an encoder or a task model.
        path: the `.tflite` file.
        quantization: what the weights are stored as: "float32", "float16",
            "int8" or "int4", or a `Quantization` that tells it by part; None
            for int8, or float32 with `compatible`. With integers activations
            are quantized as they come, without calibration.
        overwrite: replace `path` if it exists.
        task_class: what the file answers unless it is told otherwise, where
            several tasks have that kind of model; None for the one whose own
            it is.
        check: is given the file before it is kept; what it raises leaves
            none.
        lengths: how many tokens a sequence may have, shorter ones being
            padded to the next; None for any number, or with `compatible` for
            what the client takes.
        compatible: "task-library" for a file that MediaPipe and the Task
            Library read; see `TaskLibrary`.

    Raises:
        UserError: if `quantization` is another, ai-edge-quantizer is needed
            and not installed, `path` exists, `lengths` does not fit the
            model, or the client cannot read such a file.
    """
    if quantization is None:
        quantization = "int8" if compatible is None else "float32"
    quantization = Quantization.of(quantization)
    client = None
    if compatible is not None:
        from export.task_library import TaskLibrary

        require_one_of(CLIENTS, compatible=compatible)
        client = TaskLibrary.of(model, quantization, lengths, task_class)
        lengths = [client.length]
    fixed = None if lengths is None else _fixed(model, lengths)
    check_new_file(path, overwrite)
    content = _convert(model, quantization, fixed, client)
    with new_file(path, overwrite) as temporary:
        temporary.write_bytes(content)
        append_bundle(
            temporary,
            model,
            quantization,
            task_class,
            fixed_lengths=fixed,
            associated_files=client and client.associated_files,
        )
        check(temporary)


def _fixed(model: PresetModel, lengths: Sequence[int]) -> FixedLengths:
    if model.input_axes > 2:
        raise UserError(
            f"{type(model).__name__} takes any number of choices, so its file "
            "cannot have fixed lengths"
        )
    if len(model.signatures) > 1:
        raise UserError(
            f"{type(model).__name__} writes a token at a time, so its file "
            "cannot have fixed lengths"
        )
    longest = model.config.max_position_embeddings
    return FixedLengths.of(lengths, longest, model.token_outputs)


def _convert(
    model: PresetModel,
    quantization: Quantization,
    fixed: FixedLengths | None,
    client: TaskLibrary | None,
) -> bytes:
    if client is not None:
        return client.with_metadata(in_float(model, fixed, client.outputs))
    content = in_float(model, fixed)
    if fixed is not None:
        content = _with_one_table(content, model)
    if quantization == Quantization.of("float32"):
        return content
    from export.quantizer import quantize

    return quantize(content, quantization)


def in_float(
    model: PresetModel,
    fixed: FixedLengths | None = None,
    call: Callable | None = None,
) -> bytes:
    """The graph of a model in float32, for lengths that are fixed or not."""
    import tensorflow as tf

    from export.freeze import freeze, freeze_method, in_a_loop

    call = call or in_a_loop
    with tempfile.TemporaryDirectory() as directory, quiet():
        module = tf.Module()
        if fixed is None:
            first, *methods = model.signatures
            signatures = {first: freeze(model, None, call)}
            for method in methods:
                signatures[method] = freeze_method(model, method)
        else:
            signatures = {
                fixed.signature(length): freeze(model, length, call)
                for length in fixed.lengths
            }
        module.functions = signatures  # what is saved must be tracked
        # Through a SavedModel, as this is how a signature gets its names.
        # Nobody trains it, and the gradient of silu cannot be saved.
        tf.saved_model.save(
            module,
            directory,
            signatures,
            tf.saved_model.SaveOptions(experimental_custom_gradients=False),
        )
        converter = tf.lite.TFLiteConverter.from_saved_model(directory)
        return converter.convert()


def _with_one_table(content: bytes, model: PresetModel) -> bytes:
    """The same, its signatures sharing the table of positions."""
    from export.packing import pack, unpack
    from export.positions import look_up_positions

    graphs = unpack(content)
    look_up_positions(graphs, _positions(model))
    return pack(graphs)


def _positions(model: PresetModel) -> np.ndarray:
    """The table of positions, float32 [P, E]."""
    (table,) = (
        weight
        for name, weight in model.named_weights().items()
        if name.endswith("embedding/position_embedding/embeddings")
    )
    return np.asarray(table, "float32")
