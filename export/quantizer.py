"""Weights of a TFLite graph in fewer bits."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import re
from collections.abc import Iterator

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from albert_tf.errors import UserError
from export.lookups import operator_code, use_lookups
from export.packing import pack, unpack
from export.quantization import KINDS, Quantization
from export.quiet import quiet

# The scopes of Keras layers; a number tells those of the same name apart.
_SCOPES = {
    "embeddings": re.compile(r"/embedding(_\d+)?/"),
    "attention": re.compile(r"/(cross_)?attention(_\d+)?/"),
    "feed_forward": re.compile(r"/feed_forward(_\d+)?/"),
}
# The operator's place of its matrix [outputs, inputs] or table.
_WEIGHTS = {"FULLY_CONNECTED": 1, "EMBEDDING_LOOKUP": 1}
# What the int4 operators of the runtime know.
_BLOCKS = (256, 128, 64, 32)
_MIN_MAX, _CAST = "min_max_uniform_quantize", "float_casting"


def quantize(content: bytes, quantization: Quantization) -> bytes:
    """A graph whose matrices are stored as each part wants it.

    Activations stay float32; where weights are integers, the runtime
    quantizes what they are multiplied by as it comes.

    Args:
        content: the graph in float32.
        quantization: the parts.

    Returns:
        The graph, with lookups for `GATHER`.

    Raises:
        UserError: if ai-edge-quantizer is not installed.
    """
    try:
        from ai_edge_quantizer.quantizer import Quantizer
    except ModuleNotFoundError as error:
        raise UserError(
            "fewer bits than float32 need ai-edge-quantizer: pip install "
            f"'albert-tf[tensorflow]' ({error})"
        ) from None
    model = unpack(content)
    use_lookups(model)
    _forget_unread(model)
    _let_zero_be_anywhere(model)
    quantizer = Quantizer(bytearray(pack(model)))
    for recipe in _recipes(model, quantization):
        quantizer.update_quantization_recipe(**recipe)
    said = io.StringIO()  # sizes and bars
    with (
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
        quiet(),
    ):
        content = quantizer.quantize().quantized_model
    # The quantizer tells scales and zeros for each graph again.
    return pack(unpack(content))


def _forget_unread(model: schema.ModelT) -> None:
    """Takes their content from tensors that no operator reads.

    A loop leaves one such outside for each table that it reads inside, which
    would call float32 what becomes integers.
    """
    for graph in model.subgraphs:
        read = {int(i) for op in graph.operators for i in op.inputs}
        read |= {int(i) for i in (*graph.inputs, *graph.outputs)}
        for number, tensor in enumerate(graph.tensors):
            if number not in read:
                tensor.buffer = 0  # the empty one


def _let_zero_be_anywhere(model: schema.ModelT) -> None:
    """Lets what comes be quantized from its least to its greatest value.

    Newer runtimes do so anyway; in LiteRT 1.0 errors would be half as large
    again.
    """
    for graph in model.subgraphs:
        for operator in graph.operators:
            options = operator.builtinOptions
            if isinstance(options, schema.FullyConnectedOptionsT):
                options.asymmetricQuantizeInputs = True


def stored_matrices(
    model: schema.ModelT, quantization: Quantization
) -> Iterator[tuple[np.ndarray, str, str]]:
    """What `quantize` would make of each matrix.

    Args:
        model: the graph in float32, which gets lookups for `GATHER`.
        quantization: the parts.

    Yields:
        A matrix [outputs, inputs] or a table, float32; its kind; what has a
        scale of its own: "TENSORWISE", "CHANNELWISE" for its rows, or blocks
        of these such as "BLOCKWISE_32".
    """
    use_lookups(model)
    found = {one.buffer: one for one in _stored(model, quantization)}
    for buffer, one in found.items():
        data = np.asarray(model.buffers[buffer].data, "uint8")
        matrix = data.view("float32").reshape(-1, one.width)
        yield matrix, one.kind, _granularity(one)


def _recipes(model: schema.ModelT, quantization: Quantization):
    """How each operator with weights is to be quantized."""
    for one in _stored(model, quantization):
        if one.kind != "float32":
            # One operator's, by the names of its outputs.
            yield {
                "regex": f"^{re.escape(one.scope)};",
                "operation_name": one.name,
                **_recipe(one),
            }


@dataclasses.dataclass(frozen=True)
class _Stored:
    """An operator with weights, and what becomes of these.

    Attributes:
        name: the operator's.
        scope: the name of its output.
        buffer: the number of the weights.
        width: how many numbers a row of them has.
        is_table: whether some operator looks rows up in them.
        kind: what they are stored as.
    """

    name: str
    scope: str
    buffer: int
    width: int
    is_table: bool
    kind: str


def _stored(
    model: schema.ModelT, quantization: Quantization
) -> Iterator[_Stored]:
    found = list(_operators_with_weights(model))
    tables = {buffer for name, _, buffer, _ in found if "LOOKUP" in name}
    for name, scope, buffer, width in found:
        is_table = buffer in tables
        kind = getattr(quantization, _part(scope, is_table))
        yield _Stored(name, scope, buffer, width, is_table, kind)


def _operators_with_weights(model: schema.ModelT):
    """Yields an operator's name, its output's, the weights and their width."""
    codes = {getattr(schema.BuiltinOperator, name): name for name in _WEIGHTS}
    for graph in model.subgraphs:
        for operator in graph.operators:
            name = codes.get(operator_code(model, operator))
            if name is None:
                continue
            weights = graph.tensors[operator.inputs[_WEIGHTS[name]]]
            if model.buffers[weights.buffer].data is not None:
                scope = graph.tensors[operator.outputs[0]].name.decode()
                yield name, scope, weights.buffer, int(weights.shape[1])


def _part(scope: str, is_table: bool) -> str:
    """Which field of a `Quantization` an operator belongs to."""
    if is_table:
        return "embeddings"
    for part, pattern in _SCOPES.items():
        if pattern.search(scope):
            return part
    return "head"


def _recipe(stored: _Stored) -> dict:
    from ai_edge_quantizer import qtyping

    precision = qtyping.ComputePrecision
    is_float = stored.kind == "float16"
    config = qtyping.OpQuantizationConfig(
        weight_tensor_config=qtyping.TensorQuantizationConfig(
            num_bits=KINDS[stored.kind],
            granularity=qtyping.QuantGranularity(_granularity(stored)),
            dtype=getattr(
                qtyping.TensorDataType, "FLOAT" if is_float else "INT"
            ),
        ),
        compute_precision=precision.FLOAT if is_float else precision.INTEGER,
        explicit_dequantize=is_float,
    )
    return {
        "op_config": config,
        "algorithm_key": _CAST if is_float else _MIN_MAX,
    }


def _granularity(stored: _Stored) -> str:
    """What has a scale of its own.

    Four bits are too few for a whole row, of which nothing but blocks are
    known to the runtime; a table has long blocks, as each costs two bytes in
    each of its rows, and measured no worse with them. A scale and a zero for
    each row of a table in eight bits would cost 12 bytes and gain nothing.
    """
    if stored.kind == "int8" and stored.is_table:
        return "TENSORWISE"
    if stored.kind == "int4":
        for size in _BLOCKS if stored.is_table else _BLOCKS[-1:]:
            if stored.width % size == 0:
                return f"BLOCKWISE_{size}"
    return "CHANNELWISE"
