"""The positions of a TFLite graph for sequences of fixed lengths."""

from __future__ import annotations

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from export.graph_writer import GraphWriter

_CODES = schema.BuiltinOperator


def look_up_positions(model: schema.ModelT, table: np.ndarray) -> None:
    """Makes graphs read their positions from one table.

    Where the length is known, TensorFlow's converter looks the positions up
    itself. Each graph would have a table of its own then, and as nothing
    tells that it is one, in float32 whatever the others are stored as.

    Args:
        model: the graphs, which are changed.
        table: all positions, float32 [P, E].
    """
    found = [
        (graph, number, rows)
        for graph in model.subgraphs
        for number, tensor in enumerate(graph.tensors)
        if (rows := _rows(model, tensor, table))
    ]
    if not found:
        return
    most = max(rows for _, _, rows in found)
    shared = None
    for graph, number, rows in found:
        writer = GraphWriter(model, graph)
        if shared is None:
            shared = writer.buffer(table[:most])
        _read(writer, number, rows, (most, table.shape[1]), shared)
        graph.operators = writer.operators + graph.operators


def _rows(model: schema.ModelT, tensor: schema.TensorT, table) -> int:
    """How many rows of the table are a tensor's content; 0 if it has others."""
    data = model.buffers[tensor.buffer].data
    width = table.shape[1]
    if (
        tensor.type != schema.TensorType.FLOAT32
        or data is None
        or len(tensor.shape) < 2
        or tensor.shape[-1] != width
    ):
        return 0
    content = np.asarray(data, "uint8").tobytes()
    rows = len(content) // (4 * width)
    return rows if content == table[:rows].tobytes() else 0


def _read(
    writer: GraphWriter, number: int, rows: int, shape: tuple, buffer: int
) -> None:
    """Writes what makes a tensor that was a constant."""
    tensor = writer.graph.tensors[number]
    writer.model.buffers[tensor.buffer].data = None
    tensor.buffer = 0
    table = writer.variable("FLOAT32", *shape, buffer=buffer)
    ids = writer.constant(np.arange(rows, dtype="int32"))
    read = writer.variable("FLOAT32", rows, shape[1])
    writer.add(_CODES.GATHER, [table, ids], read, schema.GatherOptionsT())
    outer = writer.constant(np.array(tensor.shape, "int32"))
    writer.add(_CODES.RESHAPE, [read, outer], number)
