"""The tables of a TFLite graph, read by an operator that knows few bits."""

from __future__ import annotations

import dataclasses

import numpy as np
from ai_edge_litert import schema_py_generated as schema

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
        writer = _Writer(model, graph)
        for operator in graph.operators:
            if _reads_table(model, graph, operator):
                writer.lookup(*operator.inputs, *operator.outputs)
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


@dataclasses.dataclass
class _Writer:
    """Adds operators and tensors to one graph of a model."""

    model: schema.ModelT
    graph: schema.SubGraphT
    operators: list[schema.OperatorT] = dataclasses.field(default_factory=list)

    def lookup(self, table: int, ids: int, output: int) -> None:
        """Writes what stands for a `GATHER`."""
        axes = len(self.graph.tensors[ids].shape)
        if axes == 1:
            self._add(_CODES.EMBEDDING_LOOKUP, [ids, table], output)
            return
        width = int(self.graph.tensors[table].shape[1])
        flat = self._variable("INT32", -1)
        self._add(_CODES.RESHAPE, [ids, self._constant(-1)], flat)
        rows = self._variable("FLOAT32", -1, width)
        self._add(_CODES.EMBEDDING_LOOKUP, [flat, table], rows)
        outer = self._variable("INT32", axes)
        self._add(_CODES.SHAPE, [ids], outer, schema.ShapeOptionsT(outType=2))
        shape = self._variable("INT32", axes + 1)
        self._add(
            _CODES.CONCATENATION,
            [outer, self._constant(width)],
            shape,
            schema.ConcatenationOptionsT(),
        )
        self._add(_CODES.RESHAPE, [rows, shape], output)

    def _add(self, code, inputs, output, options=None) -> None:
        operator = schema.OperatorT(
            opcodeIndex=self._index(code), inputs=inputs, outputs=[output]
        )
        if options is not None:
            kind = type(options).__name__.removesuffix("T")
            operator.builtinOptions = options
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        self.operators.append(operator)

    def _index(self, code) -> int:
        """Where the model has an operator's code."""
        codes = self.model.operatorCodes
        for index, known in enumerate(codes):
            if max(known.builtinCode, known.deprecatedBuiltinCode) == code:
                return index
        # All that are written here are older than the second field.
        codes.append(
            schema.OperatorCodeT(builtinCode=code, deprecatedBuiltinCode=code)
        )
        return len(codes) - 1

    def _variable(self, kind: str, *shape: int, buffer: int = 0) -> int:
        """Adds a tensor, -1 for sizes that are not known."""
        tensors = self.graph.tensors
        tensors.append(
            schema.TensorT(
                name=self._new_name(),
                type=getattr(schema.TensorType, kind),
                shape=np.abs(np.array(shape, "int32")),
                shapeSignature=np.array(shape, "int32"),
                hasRank=True,
                buffer=buffer,
            )
        )
        return len(tensors) - 1

    def _new_name(self) -> bytes:
        """One that no tensor of any graph has, as the quantizer asks for."""
        number = sum(len(graph.tensors) for graph in self.model.subgraphs)
        return f"lookup/{number}".encode()

    def _constant(self, value: int) -> int:
        data = np.array([value], "int32").view("uint8")
        self.model.buffers.append(schema.BufferT(data=data))
        buffer = len(self.model.buffers) - 1
        return self._variable("INT32", 1, buffer=buffer)
