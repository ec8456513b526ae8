"""A `.tflite` file whose packed weights are kept on disk."""

from __future__ import annotations

import functools
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from albert_tf.errors import UserError
from export.file_network import FileNetwork
from export.quiet import quiet


class CachedModel(FileNetwork):
    """Runs an exported network of fixed lengths, one sequence at a time.

    The runtime brings matrices into the order that its kernels read. It keeps
    what it made in a file and maps that into memory, so that all signatures
    share it and the next start finds it. It would take the file of another
    model for this one's and give that model's answers; so the name says of
    which network and runtime it is.

    Args:
        path: a file that `to_tflite` wrote with `lengths`.
        cache: the directory for the weights; is made where it is missing.
        num_threads: processor cores to use.

    Attributes:
        bundle: what travels with the network.

    Raises:
        UserError: if the file is missing, damaged, of another origin or for
            any length, or the runtime has no such cache.
    """

    def __init__(
        self,
        path: str | os.PathLike,
        cache: str | os.PathLike,
        num_threads: int = 1,
    ):
        super().__init__(path, num_threads)
        if self.bundle.fixed_lengths is None:
            raise UserError(
                f"{path}: takes sequences of any length; a cache needs a file "
                "that `albert-tf export --lengths` wrote"
            )
        import ai_edge_litert

        version = ai_edge_litert.__version__
        name = f"{self.bundle.network_sha256}-litert-{version}.weights"
        directory = Path(cache)
        directory.mkdir(parents=True, exist_ok=True)
        place = directory / name
        if place.exists():
            self._model = _open(path, place, num_threads)
        else:
            # Beside its place first, for a start that is broken off.
            with tempfile.TemporaryDirectory(dir=directory) as new:
                written = Path(new, name)
                self._model = _open(path, written, num_threads)
                if written.exists():  # nothing to pack in some float16 files
                    written.replace(place)
        for signature in self.bundle.signatures:
            if self._model.get_signature_index(signature) < 0:
                raise UserError(f"{path}: has no signature {signature}")
        with quiet():  # it tells of accelerators that are not there
            self._buffers = {
                signature: self._make_buffers(signature)
                for signature in self.bundle.signatures
            }

    def _make_buffers(self, signature: str) -> tuple[dict, dict]:
        """What the inputs and the outputs of a signature are in."""
        model = self._model
        given = model.get_input_tensor_details(signature)
        inputs = {
            name: model.create_input_buffer_by_name(signature, name)
            for name in given
        }
        for name, buffer in inputs.items():
            buffer.write(np.zeros(given[name]["shape"], "int32"))
        outputs = {
            name: model.create_output_buffer_by_name(signature, name)
            for name in self._outputs(signature)
        }
        return inputs, outputs

    def _output_details(self) -> dict[str, dict]:
        return self._outputs(self.bundle.signatures[0])

    def input_shapes(self) -> dict[str, tuple[int, ...]]:
        """The axes of each input, of the shortest signature."""
        first = self.bundle.signatures[0]
        details = self._model.get_input_tensor_details(first)
        return {n: tuple(map(int, d["shape"])) for n, d in details.items()}

    def _run(
        self, signature: str, features: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        inputs, outputs = self._buffers[signature]
        for name, buffer in inputs.items():
            buffer.write(np.ascontiguousarray(features[name]))
        self._model.run_by_name(signature, inputs, outputs)
        found = {}
        for name, detail in self._outputs(signature).items():
            shape, kind = detail["shape"], np.dtype(detail["dtype"])
            values = outputs[name].read(math.prod(shape), kind)
            found[name] = np.reshape(values, shape)
        return found

    def _outputs(self, signature: str) -> dict:
        return self._model.get_output_tensor_details(signature)


def _open(path: str | os.PathLike, cache: Path, num_threads: int):
    try:
        from ai_edge_litert.compiled_model import (
            CompiledModel,
            CpuOptions,
            HardwareAccelerator,
            Options,
        )
    except ImportError as error:
        raise UserError(
            f"a cache needs ai-edge-litert 2.3 or newer: {error}"
        ) from None
    options = Options(
        hardware_accelerators=HardwareAccelerator.CPU,
        cpu_options=CpuOptions(
            num_threads=num_threads, xnnpack_weight_cache_path=str(cache)
        ),
    )
    with quiet():  # it tells of accelerators that are not there
        return CompiledModel.from_file(
            os.fspath(path), environment=_environment(), options=options
        )


@functools.cache
def _environment():
    """One for all models, as it also tells when it ends."""
    from ai_edge_litert.environment import Environment

    return Environment.create()
