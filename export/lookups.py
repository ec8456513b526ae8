"""The tables of a TFLite graph, read by an operator that knows few bits."""

from __future__ import annotations

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from export.graph_writer import GraphWriter

_CODES = schema.BuiltinOperator


def use_lookups(model: schema.ModelT) -> None:
    """Makes every `GATHER` from a float table an `EMBEDDING_LOOKUP`.

    TensorFlow's converter writes the first whatever the graph says, and only
    the second reads a table that has a scale for each row. It takes ids of
    one axis: others are flattened, and what was read gets their shape again.

    Args:
        model: the graph, which is changed.
    """
    for graph in model.subgraphs:
        writer = GraphWriter(model, graph)
        for operator in graph.operators:
            if _reads_table(model, graph, operator):
                _look_up(writer, *operator.inputs, *operator.outputs)
            else:
                writer.operators.append(operator)
        graph.operators = writer.operators


def operator_code(model: schema.ModelT, operator: schema.OperatorT) -> int:
    """Which of `schema.BuiltinOperator` an operator is."""
    code = model.operatorCodes[operator.opcodeIndex]
    return max(code.builtinCode, code.deprecatedBuiltinCode)


def _reads_table(model, graph, operator) -> bool:
    if operator_code(model, operator) != _CODES.GATHER:
        return False
    table = graph.tensors[operator.inputs[0]]
    return (
        table.type == schema.TensorType.FLOAT32
        and len(table.shape) == 2
        and model.buffers[table.buffer].data is not None
    )


def _look_up(writer: GraphWriter, table: int, ids: int, output: int) -> None:
    """Writes what stands for a `GATHER`."""
    tensors = writer.graph.tensors
    axes = len(tensors[ids].shape)
    if axes == 1:
        writer.add(_CODES.EMBEDDING_LOOKUP, [ids, table], output)
        return
    width = int(tensors[table].shape[1])
    flat = writer.variable("INT32", -1)
    all_ids = writer.constant(np.array([-1], "int32"))
    writer.add(_CODES.RESHAPE, [ids, all_ids], flat)
    rows = writer.variable("FLOAT32", -1, width)
    writer.add(_CODES.EMBEDDING_LOOKUP, [flat, table], rows)
    outer = writer.variable("INT32", axes)
    writer.add(_CODES.SHAPE, [ids], outer, schema.ShapeOptionsT(outType=2))
    shape = writer.variable("INT32", axes + 1)
    writer.add(
        _CODES.CONCATENATION,
        [outer, writer.constant(np.array([width], "int32"))],
        shape,
        schema.ConcatenationOptionsT(),
    )
    writer.add(_CODES.RESHAPE, [rows, shape], output)
