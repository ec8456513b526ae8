"""A `.tflite` file in the LiteRT runtime."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np

from albert_tf.errors import UserError
from export.file_network import FileNetwork
from export.quiet import quiet


class TFLiteModel(FileNetwork):
    """Runs an exported network, one sequence at a time.

    Args:
        path: a file that `to_tflite` wrote.
        num_threads: processor cores to use.

    Attributes:
        bundle: what travels with the network.

    Raises:
        UserError: if the file is missing, damaged or of another origin.
    """

    def __init__(self, path: str | os.PathLike, num_threads: int = 1):
        super().__init__(path, num_threads)
        from ai_edge_litert.interpreter import Interpreter

        with quiet():  # it tells which delegate it makes
            self._interpreter = Interpreter(
                model_path=os.fspath(path), num_threads=num_threads
            )
            self._interpreter.allocate_tensors()
        self._runners = {
            name: self._runner(path, name) for name in self.bundle.signatures
        }

    def _runner(self, path: str | os.PathLike, name: str):
        try:
            return self._interpreter.get_signature_runner(name)
        except ValueError:
            raise UserError(f"{path}: has no signature {name}") from None

    def _output_details(self) -> dict[str, dict]:
        return next(iter(self._runners.values())).get_output_details()

    def input_shapes(self) -> dict[str, tuple[int, ...]]:
        """The axes of each input, -1 where a size is not fixed."""
        details = next(iter(self._runners.values())).get_input_details()
        return {
            name: tuple(map(int, detail["shape_signature"]))
            for name, detail in details.items()
        }

    def _run(
        self, signature: str, features: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        return self._runners[signature](**features)
