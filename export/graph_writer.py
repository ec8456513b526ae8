"""Operators and tensors for a graph of a TFLite model."""

from __future__ import annotations

import numpy as np
from ai_edge_litert import schema_py_generated as schema


class GraphWriter:
    """Collects what a graph's operators are to be.

    Args:
        model: whose graph it is; operator codes and buffers are added to it.
        graph: tensors are added to it.

    Attributes:
        operators: in the order in which they run.
    """

    def __init__(self, model: schema.ModelT, graph: schema.SubGraphT):
        self.model, self.graph = model, graph
        self.operators: list[schema.OperatorT] = []

    def add(
        self, code: int, inputs: list[int], output: int, options=None
    ) -> None:
        """Adds an operator.

        Args:
            code: which of `schema.BuiltinOperator` it is, one of the first
                127.
            inputs: numbers of tensors.
            output: that of what it makes.
            options: such as a `schema.GatherOptionsT`.
        """
        operator = schema.OperatorT(
            opcodeIndex=self._index(code), inputs=inputs, outputs=[output]
        )
        if options is not None:
            kind = type(options).__name__.removesuffix("T")
            operator.builtinOptions = options
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        self.operators.append(operator)

    def _index(self, code: int) -> int:
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

    def variable(self, kind: str, *shape: int, buffer: int = 0) -> int:
        """Adds a tensor.

        Args:
            kind: a name in `schema.TensorType`.
            *shape: -1 for sizes that are not known.
            buffer: with its content; 0 for none.

        Returns:
            Its number.
        """
        tensors = self.graph.tensors
        tensors.append(
            schema.TensorT(
                name=self._new_name(),
                type=getattr(schema.TensorType, kind),
                shape=np.abs(np.array(shape, "int32")),
                shapeSignature=np.array(shape, "int32")
                if -1 in shape
                else None,
                hasRank=True,
                buffer=buffer,
            )
        )
        return len(tensors) - 1

    def _new_name(self) -> bytes:
        """One that no tensor of any graph has, as the quantizer asks for."""
        number = sum(len(graph.tensors) for graph in self.model.subgraphs)
        return f"lookup/{number}".encode()

    def constant(self, array: np.ndarray) -> int:
        """Adds a tensor that has its content.

        Args:
            array: int32 or float32.

        Returns:
            Its number.
        """
        return self.variable(
            array.dtype.name.upper(), *array.shape, buffer=self.buffer(array)
        )

    def buffer(self, array: np.ndarray) -> int:
        """Adds the content for tensors; its number."""
        data = np.ascontiguousarray(array).reshape(-1).view("uint8")
        self.model.buffers.append(schema.BufferT(data=data))
        return len(self.model.buffers) - 1
